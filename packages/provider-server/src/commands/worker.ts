/** @file `softpost-provider worker`: does jobs from the queue of a server, here or on another machine. */

import { setAction } from '@softpost/shared/commands/cli';
import { checkValue, readText, shortPath } from '@softpost/shared/artifact/read-file';
import type { Command } from 'commander';
import { inspect } from 'node:util';
import { parse } from 'yaml';

const ABOUT = `
The file is the server's; a worker reads dataDir, databaseUrl, artifacts, teachers, datasets and work of it. dataDir is its own
(work folders and caches), the database is PostgreSQL (SOFTPOST_DATABASE_URL), and the artifacts are in S3 or in a folder that all
workers and the server share. SIGTERM stops its jobs between two steps; they go on elsewhere from their checkpoints.`;

export function registerWorker(program: Command): void {
  const command = program
    .command('worker')
    .description('do jobs from the queue of a server')
    .requiredOption('--config <file>', 'configuration (YAML or JSON)')
    .addHelpText('after', ABOUT);
  setAction(command, {
    run: async ({ config: file }: { readonly config: string }, { signal, report }) => {
      const { runWorkerProcess, workerConfigSchema } = await import('../jobs/worker-process.ts');
      const text = await readText(file, { maxBytes: 1 << 20, code: 'BAD_OPTION' });
      const config = checkValue(shortPath(file), parse(text), workerConfigSchema, 'BAD_OPTION');
      const tell = (level: 'info' | 'warning', message: string): void => report({ kind: 'message', level, message });
      await runWorkerProcess(config, {
        signal,
        onStart: () => tell('info', `working, ${config.work.concurrency} at once`),
        onError: (error) => tell('warning', inspect(error)),
      });
      return { stopped: true };
    },
    text: () => 'stopped',
  });
}
