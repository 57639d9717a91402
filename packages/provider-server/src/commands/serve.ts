/** @file `softpost-provider serve`: the service, until it is told to stop. */

import { once } from 'node:events';
import { setAction } from '@softpost/shared/commands/cli';
import type { Command } from 'commander';
import { configOption } from './config-option.ts';

const ABOUT = `
It logs one JSON line for each call to standard error: method, code, time and who called; never what was sent. SIGTERM or Ctrl-C
lets running calls end, writes the checkpoints of running jobs, and stops; they go on at the next start.`;

export function registerServe(program: Command): void {
  const command = program
    .command('serve')
    .description('serve students, transfers and prompts to data owners')
    .option(...configOption)
    .addHelpText('after', ABOUT);
  setAction(command, {
    run: async ({ config: file }: { readonly config: string }, { signal, report }) => {
      const [{ readConfig }, { startProvider }, { createLog }] = await Promise.all([
        import('../config.ts'),
        import('../provider.ts'),
        import('../log.ts'),
      ]);
      const config = await readConfig(file);
      const log = createLog(config.logLevel);
      const provider = await startProvider(config, log);
      const message = `serving gRPC at ${config.grpc.host}:${provider.port} and HTTP at ${provider.httpUrl}; the operator's key is in ${provider.operatorKeyFile}`;
      report({ kind: 'message', level: 'info', message });
      if (!signal.aborted) await once(signal, 'abort');
      await provider.stop();
      return { stopped: true };
    },
    text: () => 'stopped',
  });
}
