/**
 * @file Speed against PyTorch, side by side:
 *   npm run bench:speed -- --models DIR [--only transfer-8,load] [--rounds 9] [--threads 2] [--json FILE]
 * DIR holds gpt2-small and gpt2-small-2, written by scripts/make-bench-model.py; SOFTPOST_PYTHON names the interpreter of
 * the peers. All sides of a row are alive at once and take turns step by step, so what disturbs the machine disturbs all.
 */

import { writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ROWS, type Row, type SideOfRow } from './speed/rows.ts';
import { startSide, type Answer, type Side } from './speed/side.ts';
import { medianOf, speedTable, type RowResult } from './speed/table.ts';

const { values } = parseArgs({
  options: {
    models: { type: 'string' },
    only: { type: 'string', default: ROWS.map(({ id }) => id).join(',') },
    rounds: { type: 'string', default: '9' },
    threads: { type: 'string', default: '2' },
    json: { type: 'string' },
  },
});
if (values.models === undefined) throw new Error('--models DIR is missing: see scripts/make-bench-model.py');
const folder = (name: string): string => join(resolve(values.models!), name);
const common = ['--model', folder('gpt2-small'), '--student', folder('gpt2-small-2'), '--threads', values.threads];
const python = process.env['SOFTPOST_PYTHON'] ?? 'python3';
const rounds = Number(values.rounds);
const asked = values.only.split(',');

const results: RowResult[] = [];
const peaks = { ours: await measurePeak(startOurs), peers: await measurePeak(startPeer) };
console.log(
  `matrix products with ${values.threads} threads: ${peaks.ours.toFixed(0)} GFLOP/s here, ${peaks.peers.toFixed(0)} in PyTorch`,
);
for (const row of ROWS.filter(({ id }) => asked.includes(id))) {
  const load = loadavg()[0]!;
  const answers = await measure(row);
  results.push({ row, answers, load });
  console.log(`\n${speedTable([results.at(-1)!], peaks)}`);
}
if (values.json !== undefined) await writeFile(values.json, JSON.stringify({ peaks, results }, undefined, 2));

/** Answers of every side, ours first; the first round warms up and does not count. */
async function measure(row: Row): Promise<readonly (readonly Answer[])[]> {
  const starts = [() => startOurs(row.ours), ...row.peers.map((peer) => () => startPeer(peer))];
  const answers = starts.map((): Answer[] => []);
  const sides: Side[] = [];
  if (!row.fresh) for (const start of starts) sides.push(await start());
  for (let round = 0; round <= rounds; round++) {
    for (const [index, start] of starts.entries()) {
      const begun = performance.now();
      const side = row.fresh ? await start() : sides[index]!;
      const answer = await side.step();
      if (round > 0) answers[index]!.push({ ...answer, process_ms: performance.now() - begun });
      if (row.fresh) await side.stop();
    }
  }
  for (const side of sides) await side.stop();
  return answers;
}

function startOurs({ script, args }: SideOfRow): Promise<Side> {
  return startSide(process.execPath, [join(import.meta.dirname, 'ours', `${script}.ts`), ...common, ...args]);
}

function startPeer({ script, args }: SideOfRow): Promise<Side> {
  return startSide(python, [join(import.meta.dirname, 'peers', `${script}.py`), ...common, ...args]);
}

/** GFLOP/s that a side's runtime reaches in large square products: what the processor gives it. */
async function measurePeak(start: (side: SideOfRow) => Promise<Side>): Promise<number> {
  const side = await start({ name: 'peak', script: 'gemm-peak', args: [] });
  const speeds: number[] = [];
  for (let round = 0; round < rounds; round++) speeds.push((await side.step())['gflops']!);
  await side.stop();
  return medianOf(speeds);
}
