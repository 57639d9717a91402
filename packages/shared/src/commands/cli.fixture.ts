/** @file A program whose commands end in every way a command can end; cli.test.ts runs it. */

import { setTimeout as sleep } from 'node:timers/promises';

import { SoftpostError } from '../errors.ts';
import { createProgram, runProgram, setAction } from './cli.ts';
import { integerOption } from './options.ts';

const program = createProgram('fixture', '1.2.3', 'Ends in every way.');

setAction(program.command('add').requiredOption('--steps <n>', 'steps', integerOption('--steps', { min: 1 })), {
  run: ({ steps }: { readonly steps: number }, { report }) => {
    report({ kind: 'message', level: 'info', message: 'adding' });
    for (let step = 1; step <= steps; step++) {
      report({ kind: 'progress', phase: 'add', step, steps, metrics: { loss: 1 / step } });
    }
    return { sum: steps };
  },
  text: ({ sum }) => `the sum is ${sum}`,
});

setAction(program.command('known'), {
  run: () => {
    throw new SoftpostError('FILE_NOT_FOUND', 'no such file: data.csv');
  },
  text: String,
});

setAction(program.command('finding'), {
  run: () => ({ found: 1 }),
  text: ({ found }) => `${found} found`,
  failure: ({ found }) => new SoftpostError('PRIVACY_VIOLATION', `${found} found`),
});

setAction(program.command('unknown'), {
  run: () => {
    throw new TypeError('x is not a function');
  },
  text: String,
});

setAction(program.command('stray'), {
  run: async () => {
    setImmediate(() => {
      throw new TypeError('nobody awaits this');
    });
    await sleep(1_000);
  },
  text: String,
});

setAction(program.command('patient'), {
  run: async (_, { signal }) => {
    process.stderr.write('started\n');
    await sleep(30_000, undefined, { signal });
  },
  text: String,
});

setAction(program.command('stubborn'), {
  run: async () => {
    process.stderr.write('started\n');
    await sleep(30_000);
  },
  text: String,
});

setAction(program.command('talkative').option('--fail', 'end in an error'), {
  run: async ({ fail }: { readonly fail?: true }) => {
    for (let line = 0; line < 20; line++) {
      process.stderr.write(`line ${line}\n`);
      await sleep(10);
    }
    if (fail) throw new SoftpostError('FILE_NOT_FOUND', 'no such file: data.csv');
    return 'done';
  },
  text: String,
});

setAction(program.command('large'), { run: () => 'x'.repeat(1_000_000), text: String });

await runProgram(program);
