/** @file How long the rows of a model's embedding table are: the unit in which a prompt's rows are judged. */

import { storedName, type LanguageModel } from '@softpost/shared/model/language-model';

/** Rows of unused tokens may be anything; this share of the table is left out at either end. */
const LEFT_OUT = 0.01;

/** The 1% quantile and the 99% quantile of the rows' L2 norms. */
export async function embeddingNorms({ folder, architecture }: LanguageModel): Promise<{ low: number; high: number }> {
  const table = await folder.read(storedName(folder, architecture.embeddingName));
  const { hiddenSize } = architecture;
  const norms = new Float64Array(table.length / hiddenSize);
  for (const row of norms.keys()) norms[row] = norm(table.subarray(row * hiddenSize, (row + 1) * hiddenSize));
  norms.sort();
  const at = (share: number): number => norms[Math.round(share * (norms.length - 1))]!;
  return { low: at(LEFT_OUT), high: at(1 - LEFT_OUT) };
}

function norm(row: Float32Array): number {
  let squares = 0;
  for (const value of row) squares += value * value;
  return Math.sqrt(squares);
}
