/**
 * @file The demo: POST on real mail with a real language model, between a provider and an owner that are processes of their own.
 *   npm run demo                     one seed, some minutes on 2 cores
 *   npm run demo -- --seeds 3        mean and standard error over seeds
 */

import { writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { createProgram, runProgram, setAction } from '@softpost/shared/commands/cli';
import { integerOption } from '@softpost/shared/commands/options';
import manifest from '../package.json' with { type: 'json' };
import { renderReport } from './report.ts';
import { accuracyTable } from './table.ts';
import { runTwoParties } from './two-parties.ts';

const defaultOut = relative(process.cwd(), join(import.meta.dirname, '../demo-output'));
const program = createProgram(
  'npm run demo --',
  manifest.version,
  'Distillation, private tuning and transfer between two processes, on public mail in the role of private mail.',
)
  .option('--seeds <n>', 'how many seeds to run', integerOption('--seeds', { min: 1 }), 1)
  .option('--out <dir>', 'folder of both parties and of report.html; emptied first', defaultOut);

setAction(program, {
  run: async ({ seeds, out: dir }: { readonly seeds: number; readonly out: string }, { signal, report: emit }) => {
    const out = resolve(dir);
    const result = await runTwoParties({ out, seedCount: seeds }, { emit, signal });
    await writeFile(join(out, 'result.json'), `${JSON.stringify(result, undefined, 2)}\n`);
    const reportFile = join(out, 'report.html');
    await writeFile(reportFile, await renderReport(result));
    return { ...result, reportFile };
  },
  text: ({ reportFile, ...result }) => {
    const seconds = result.timings.reduce((sum, timing) => sum + timing.seconds, 0);
    const report = relative(process.cwd(), reportFile);
    return `\n${accuracyTable(result)}\n\n${seconds.toFixed(0)} seconds; report: ${report}`;
  },
});
// A terminal that is closed: end as by SIGTERM, so that the other processes end too.
process.on('SIGHUP', () => process.kill(process.pid, 'SIGTERM'));
await runProgram(program);
