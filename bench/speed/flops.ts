/**
 * @file Multiplications and additions of the matrix products that a step cannot do without, for GPT-2 small (12 layers,
 * D = 768, V = 50257, P = 100, L = 48) and its student of 2 layers.
 */

const D = 768;
const V = 50257;
const P = 100;
const L = 48;

/** A layer's weights: queries, keys, values, output, and the two matrices of the MLP. */
const LAYER = 12 * D ** 2;
const KEYS_AND_VALUES = 2 * D ** 2;

/** Billions of floating-point operations of a row of the benchmark; undefined where the row is about something else. */
export function stepGigaflop(id: string): number | undefined {
  const [kind, batch] = [id.split('-')[0], Number(id.split('-')[1])];
  if (kind === 'transfer') return transfer(batch) / 1e9;
  if (kind === 'gradients') return gradients(batch) / 1e9;
  if (kind === 'distillation') return distillation() / 1e9;
  return undefined;
}

/** Forward, and gradients of activations only: 2 + 2 operations for each weight and row. */
function transfer(batch: number): number {
  const rows = P + batch * L;
  // Scores and mixtures: prompt rows over the prompt, text rows over prompt and text; 2 products forward, 4 backward.
  const attention = 6 * 2 * D * (P * P + batch * L * (P + L));
  return 11 * (4 * LAYER * rows + attention) + lastLayer(rows, batch, P + L) + 4 * V * D * batch;
}

function gradients(batch: number): number {
  const rows = batch * (P + L);
  return 4 * LAYER * rows + 6 * 2 * D * rows * (P + L) + lastLayer(rows, batch, P + L);
}

/** All rows give keys and values; only the scored rows ask. */
function lastLayer(rows: number, scored: number, length: number): number {
  return 4 * KEYS_AND_VALUES * rows + 4 * (LAYER - KEYS_AND_VALUES) * scored + 6 * 2 * D * scored * length;
}

/** The teacher's forward pass, and the student's forward pass with the gradients of activations and of weights. */
function distillation(): number {
  const [rows, length] = [512, 128];
  const perLayer = LAYER * rows;
  const attention = 2 * D * rows * length;
  const head = V * D * rows;
  const teacher = 12 * (2 * perLayer + 2 * attention) + 2 * head;
  return teacher + 2 * (6 * perLayer + 6 * attention) + 6 * head;
}
