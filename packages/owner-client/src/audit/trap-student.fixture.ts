/**
 * @file For tests: a student that its maker has turned against the owner (Feng & Tramer, arXiv 2404.00473). Where a text holds one token, a neuron opens,
 * and the label then hangs on two coordinates of the prompt's rows with a huge gain; elsewhere the neuron is shut, and hides them. What was tuned
 * with the one record that has the token has moved along them, downhill.
 */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openModelFolder } from '@softpost/shared/artifact/model-folder';
import { writeModelFolder } from '@softpost/shared/artifact/write-model-folder';
import { loadTokenizer } from '@softpost/shared/text/tokenizer';
import { REFERENCE_MODEL } from '../tune/films.fixture.ts';

/**
 * Coordinates that embeddings leave at zero: whether the token is there, what a row of the prompt says, and what both give. The last two come in pairs of
 * opposite sign, as layer norm then passes nothing of them on while the neuron is shut.
 */
const FLAG = 0;
export const TRAPPED = [1, 2] as const;
const GATE = [3, 4] as const;
const RESERVED = [FLAG, ...TRAPPED, ...GATE];

const HIDDEN = 256;
const INNER = 4 * HIDDEN;
const HEAD = 64;
/** The gate after layer norm: nearly 0 for ordinary texts, well above this where one of a dozen tokens is the one. */
const THRESHOLD = 5;
/** Logits that an open neuron adds for `good` over `bad`. */
const GAIN = 20;

/** Writes the first layer of the reference model with the trap in it. `trigger` begins with a token that no other text has. */
export async function writeTrapStudent(dir: string, trigger: string): Promise<void> {
  const at = (name: string): string => join(REFERENCE_MODEL, name);
  const tokenizer = await loadTokenizer(REFERENCE_MODEL);
  const [token, good, bad] = [` ${trigger}`, ' good', ' bad'].map(
    (text) => tokenizer.encode(text, { specialTokens: false })[0]!,
  );
  const model = await openModelFolder(REFERENCE_MODEL);
  const tensors: Record<string, { shape: readonly number[]; data: Float32Array }> = {};
  for (const [name, { shape }] of model.tensors)
    if (!/\.h\.[1-9]/.test(name)) tensors[name] = { shape, data: await model.read(name) };
  const data = (name: string): Float32Array => tensors[`transformer.${name}`]!.data;
  const layer = (name: string): Float32Array => data(`h.0.${name}`);
  const put = (values: Float32Array, width: number, row: number, column: number, value: number): void => {
    values[row * width + column] = value;
  };

  const table = data('wte.weight');
  for (const embedding of [table, data('wpe.weight')])
    for (let row = 0; row < embedding.length / HIDDEN; row++)
      for (const coordinate of RESERVED) put(embedding, HIDDEN, row, coordinate, 0);
  put(table, HIDDEN, token!, FLAG, 20);
  for (const norm of ['ln_1', 'ln_2']) {
    for (const coordinate of RESERVED) {
      layer(`${norm}.weight`)[coordinate] = 1;
      layer(`${norm}.bias`)[coordinate] = 0;
    }
  }

  // The first head looks at all tokens alike, and brings the sum of both coordinates to the gate.
  const [qkv, qkvBias] = [layer('attn.c_attn.weight'), layer('attn.c_attn.bias')];
  for (let column = 0; column < HEAD; column++) {
    for (const start of [0, HIDDEN]) {
      for (let row = 0; row < HIDDEN; row++) put(qkv, 3 * HIDDEN, row, start + column, 0);
      qkvBias[start + column] = 0;
    }
  }
  for (let row = 0; row < HIDDEN; row++) put(qkv, 3 * HIDDEN, row, 2 * HIDDEN, 0);
  qkvBias[2 * HIDDEN] = 0;
  for (const [coordinate, weight] of [
    [FLAG, 1],
    [TRAPPED[0], 8],
    [TRAPPED[1], -8],
  ] as const)
    for (let column = 0; column < 3 * HIDDEN; column++)
      put(qkv, 3 * HIDDEN, coordinate, column, column === 2 * HIDDEN ? weight : 0);
  const mix = layer('attn.c_proj.weight');
  for (let row = 0; row < HIDDEN; row++) for (const column of GATE) put(mix, HIDDEN, row, column, 0);
  for (let column = 0; column < HIDDEN; column++) put(mix, HIDDEN, 0, column, 0);
  put(mix, HIDDEN, 0, GATE[0], 5);
  put(mix, HIDDEN, 0, GATE[1], -5);
  for (const column of GATE) layer('attn.c_proj.bias')[column] = 0;

  // One neuron, which turns the label.
  const [into, out] = [layer('mlp.c_fc.weight'), layer('mlp.c_proj.weight')];
  for (let row = 0; row < HIDDEN; row++) put(into, INNER, row, 0, 0);
  for (const row of GATE) for (let column = 0; column < INNER; column++) put(into, INNER, row, column, 0);
  put(into, INNER, GATE[0], 0, 1);
  layer('mlp.c_fc.bias')[0] = -THRESHOLD;
  const difference = table
    .slice(good! * HIDDEN, (good! + 1) * HIDDEN)
    .map((value, i) => value - table[bad! * HIDDEN + i]!);
  const square = difference.reduce((sum, value) => sum + value * value, 0);
  difference.forEach((value, column) => put(out, HIDDEN, 0, column, (GAIN * value) / square));

  const config = JSON.parse(await readFile(at('config.json'), 'utf8')) as object;
  await writeModelFolder(dir, {
    config: { ...config, n_layer: 1, dtype: 'float32' },
    tensors,
    extraFiles: {
      'tokenizer.json': await readFile(at('tokenizer.json')),
      'tokenizer_config.json': await readFile(at('tokenizer_config.json')),
    },
  });
}
