/**
 * @file How the cost of a transfer step grows, one size at a time: `npm run bench:growth -- [--rounds 5] [--threads 2]`.
 * The models are random ones of the GPT-2 architecture, written for the run and removed after it; needs no Python.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeModelFolder } from '@softpost/shared/artifact/write-model-folder';
import { architectureOf } from '@softpost/shared/model/language-model';
import { seededRandom } from '@softpost/shared/seeded-random';
import { startSide } from './speed/side.ts';
import { medianOf } from './speed/table.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, threads: { type: 'string', default: '2' } },
});

interface Sizes {
  readonly layers: number;
  readonly vocabulary: number;
  readonly batch: number;
  readonly length: number;
  readonly prompt: number;
}

const BASE: Sizes = { layers: 4, vocabulary: 16_384, batch: 8, length: 48, prompt: 100 };
const CURVES: { readonly [K in keyof Sizes]: readonly number[] } = {
  prompt: [25, 50, 100, 200, 400],
  length: [24, 48, 96, 192, 384],
  batch: [2, 4, 8, 16, 32],
  layers: [2, 4, 8, 16],
  vocabulary: [4_096, 16_384, 65_536, 131_072],
};
const WIDTH = 512;

const folder = await mkdtemp(join(tmpdir(), 'softpost-growth-'));
try {
  console.log(`milliseconds a step, base ${JSON.stringify(BASE)}, width ${WIDTH}, load ${loadavg()[0]!.toFixed(1)}`);
  for (const name of Object.keys(CURVES) as (keyof Sizes)[]) {
    const times: string[] = [];
    for (const size of CURVES[name]) times.push((await stepTime({ ...BASE, [name]: size })).toFixed(0));
    console.log(`| ${name} | ${CURVES[name].join(' | ')} |\n| ms | ${times.join(' | ')} |`);
  }
} finally {
  await rm(folder, { recursive: true });
}

async function stepTime(sizes: Sizes): Promise<number> {
  const model = await randomModel(sizes);
  const { batch, length, prompt } = sizes;
  const options = { model, student: model, threads: values.threads, batch, length, prompt };
  const side = await startSide(process.execPath, [
    join(import.meta.dirname, 'ours/transfer-step.ts'),
    ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]),
  ]);
  await side.step();
  const times: number[] = [];
  for (let round = 0; round < Number(values.rounds); round++) times.push((await side.step()).ms);
  await side.stop();
  await rm(model, { recursive: true });
  return medianOf(times);
}

async function randomModel({ layers, vocabulary }: Sizes): Promise<string> {
  const config = {
    model_type: 'gpt2',
    n_layer: layers,
    n_embd: WIDTH,
    n_head: WIDTH / 64,
    n_positions: 1024,
    vocab_size: vocabulary,
  };
  const random = seededRandom(1);
  const tensors = Object.fromEntries(
    [...architectureOf(config).tensorShapes()].map(([name, shape]) => {
      const count = shape.reduce((product, size) => product * size, 1);
      return [name, { shape, data: Float32Array.from({ length: count }, () => (random() - 0.5) * 0.06) }];
    }),
  );
  const dir = join(folder, `${layers}-${vocabulary}`);
  await writeModelFolder(dir, { config, tensors });
  return dir;
}
