/** @file `softpost-provider worker`: does jobs of a server on another machine, out of the database that both share. */

import { once } from 'node:events';
import { setAction } from '@softpost/shared/commands/cli';
import { isThere } from '@softpost/shared/artifact/read-file';
import { SoftpostError } from '@softpost/shared/errors';
import type { Command } from 'commander';
import { signingKeyFile } from '../signing-key-file.ts';
import { configOption } from './config-option.ts';

const ABOUT = `
It needs PostgreSQL (SOFTPOST_DATABASE_URL or databaseUrl), artifacts that it can reach (s3, or a folder that all share), the
server's signing key (signingKey), and the teachers and data sets of the configuration at their paths on this machine.`;

export function registerWorker(program: Command): void {
  const command = program
    .command('worker')
    .description('do the jobs of a server elsewhere')
    .option(...configOption)
    .addHelpText('after', ABOUT);
  setAction(command, {
    run: async ({ config: file }: { readonly config: string }, { signal, report }) => {
      const [{ readConfig }, { databaseUrlOf }, { openBackground }, { createLog }] = await Promise.all([
        import('../config.ts'),
        import('../store/open-storage.ts'),
        import('../background.ts'),
        import('../log.ts'),
      ]);
      const config = await readConfig(file);
      if (databaseUrlOf(config.databaseUrl) === undefined)
        throw new SoftpostError(
          'BAD_CONFIG',
          `${file}: the embedded database belongs to one process; workers need databaseUrl`,
        );
      // A worker that made a key of its own would sign students that no owner accepts.
      if (!(await isThere(signingKeyFile(config))))
        throw new SoftpostError(
          'FILE_NOT_FOUND',
          `${signingKeyFile(config)}: copy the signing key of the server there`,
        );
      const concurrency = Math.max(1, config.work.concurrency);
      const work = { ...config.work, concurrency };
      const background = await openBackground({ ...config, work }, createLog(config.logLevel));
      report({ kind: 'message', level: 'info', message: `doing jobs, ${concurrency} at once` });
      if (!signal.aborted) await once(signal, 'abort');
      await background.stop();
      return { stopped: true };
    },
    text: () => 'stopped',
  });
}
