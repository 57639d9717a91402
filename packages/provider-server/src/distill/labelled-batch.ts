/** @file What a row of tokens asks of a language model: its next tokens, or the tokens hidden in it. */

import { SoftpostError } from '@softpost/shared/errors';
import { seededRandom } from '@softpost/shared/seeded-random';
import type { Tokenizer } from '@softpost/shared/text/tokenizer';

/** Sequences, or some of those of a batch. */
export interface LabelledBatch {
  /** Input tokens, B arrays of at most [L]. */
  readonly sequences: readonly Int32Array[];
  /** L, to which shorter sequences are padded. */
  readonly length: number;
  /** [B * L]: the right token of each position, -1 where none is asked for. */
  readonly labels: Int32Array;
  /** Labelled positions of the whole batch. */
  readonly labelled: number;
  /** Positions of the whole batch, padding not counted. */
  readonly positions: number;
}

/** What each of B L rows is asked, and its share in the means over the whole batch. */
export interface RowTargetValues {
  /** [B L] */
  readonly labels: Int32Array;
  readonly labelWeight: Float32Array;
  readonly rowWeight: Float32Array;
}

/** Makes a batch of rows; with the same rows and seed always the same. */
export type Labeller = (rows: readonly Int32Array[], seed: number) => LabelledBatch;

/** Next-token labels for causal models, masked-token labels for masked ones. @throws BAD_TOKENIZER without a mask token */
export function labellerFor(kind: 'causal' | 'masked', tokenizer: Tokenizer): Labeller {
  if (kind === 'causal') return nextTokens;
  const { maskId } = tokenizer;
  if (maskId === undefined)
    throw new SoftpostError('BAD_TOKENIZER', 'the tokenizer of a masked language model has no mask token');
  return (rows, seed) => maskedTokens(rows, { ...tokenizer, maskId }, seed);
}

/** The sequences of a batch in parts of at most `size`, which count positions of the whole batch. */
export function splitBatch(batch: LabelledBatch, size: number): readonly LabelledBatch[] {
  const { sequences, labels, length } = batch;
  const parts = Math.ceil(sequences.length / size);
  return Array.from({ length: parts }, (_, part) => ({
    ...batch,
    sequences: sequences.slice(part * size, (part + 1) * size),
    labels: labels.subarray(part * size * length, (part + 1) * size * length),
  }));
}

export function rowTargets({ sequences, length, labels, labelled, positions }: LabelledBatch): RowTargetValues {
  return {
    labels,
    labelWeight: Float32Array.from(labels, (label) => (label < 0 ? 0 : 1 / labelled)),
    rowWeight: Float32Array.from(labels, (_, row) =>
      row % length < sequences[Math.floor(row / length)]!.length ? 1 / positions : 0,
    ),
  };
}

function nextTokens(rows: readonly Int32Array[]): LabelledBatch {
  return labelledBatch(
    rows,
    rows.map((row) => Int32Array.from(row, (_, position) => row[position + 1] ?? -1)),
  );
}

const MASKED_SHARE = 0.15;

/** Devlin et al. 2019 (BERT), section 3.1: of 15 % chosen tokens, 80 % become the mask, 10 % any token, 10 % stay. */
function maskedTokens(
  rows: readonly Int32Array[],
  { maskId, specialIds, vocabSize }: Pick<Tokenizer, 'specialIds' | 'vocabSize'> & { readonly maskId: number },
  seed: number,
): LabelledBatch {
  const random = seededRandom(seed);
  const replacement = (id: number): number => {
    const fate = random();
    if (fate < 0.8) return maskId;
    return fate < 0.9 ? Math.floor(random() * vocabSize) : id;
  };
  const labels: Int32Array[] = [];
  const sequences = rows.map((row) => {
    const asked = row.map((id) => (!specialIds.has(id) && random() < MASKED_SHARE ? id : -1));
    // A batch without any label would have no mean.
    if (labels.length === 0 && asked.every((id) => id < 0)) {
      const at = Math.max(
        0,
        row.findIndex((id) => !specialIds.has(id)),
      );
      asked[at] = row[at]!;
    }
    labels.push(asked);
    return row.map((id, position) => (asked[position]! < 0 ? id : replacement(id)));
  });
  return labelledBatch(sequences, labels);
}

function labelledBatch(sequences: readonly Int32Array[], perRow: readonly Int32Array[]): LabelledBatch {
  const labels = Int32Array.from(perRow.flatMap((row) => [...row]));
  return {
    sequences,
    length: labels.length / sequences.length,
    labels,
    labelled: labels.reduce((count, label) => count + Number(label >= 0), 0),
    positions: labels.length,
  };
}
