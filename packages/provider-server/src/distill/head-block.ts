/** @file The vocabulary heads of both models over a block of rows: the only place where logits are. */

import { symbol } from '@softpost/shared/engine/dim';
import { Graph, type Tensor } from '@softpost/shared/engine/graph';
import type { Feeds } from '@softpost/shared/engine/program';
import type { Head } from '@softpost/shared/model/architecture';
import type { LanguageModel } from '@softpost/shared/model/language-model';
import type { HiddenRows } from './hidden-rows.ts';
import type { RowTargetValues } from './labelled-batch.ts';
import { scaledLogits, type RowTargets } from './losses.ts';
import { pairWeights, type PairWeights, type StudentShape } from './model-pair.ts';

/** N rows of both models, from what the heads are applied to. */
export interface HeadBlock {
  readonly graph: Graph;
  readonly weights: PairWeights;
  /** Logits at the temperature, z / T: [N, V]. */
  readonly teacher: Tensor;
  readonly student: Tensor;
  /** [N, D] */
  readonly studentInput: Tensor;
  readonly studentHead: Head;
  readonly targets: RowTargets;
}

/** Both heads over rows that another program has computed. */
export function buildHeadBlock(model: LanguageModel, plan: StudentShape, temperature: number): HeadBlock {
  const graph = new Graph();
  const rows = symbol('N');
  const teacherInput = graph.input('teacherInput', [rows, model.architecture.hiddenSize]);
  const studentInput = graph.input('studentInput', [rows, plan.architecture.hiddenSize]);
  return headsOver(teacherInput, studentInput, pairWeights(graph, plan), model, plan, temperature);
}

/** Both heads over rows of the same graph. */
export function headsOver(
  teacherInput: Tensor,
  studentInput: Tensor,
  weights: PairWeights,
  { architecture }: LanguageModel,
  plan: StudentShape,
  temperature: number,
): HeadBlock {
  const { graph } = studentInput;
  const rows = studentInput.shape[0]!;
  const studentHead = plan.architecture.head(weights.student);
  return {
    graph,
    weights,
    teacher: scaledLogits(teacherInput, architecture.head(weights.teacher), temperature),
    student: scaledLogits(studentInput, studentHead, temperature),
    studentInput,
    studentHead,
    targets: {
      labelPlaces: graph.input('labelPlaces', [rows], 'i32'),
      labelWeight: graph.input('labelWeight', [rows, 1]),
      rowWeight: graph.input('rowWeight', [rows, 1]),
    },
  };
}

type RowRange = readonly [start: number, end: number];

/** All rows in blocks of so many that one array of their logits has at most `maxLogitBytes`. */
export function rowBlocks(rows: number, vocabulary: number, maxLogitBytes: number): readonly RowRange[] {
  const size = blockRows(vocabulary, maxLogitBytes);
  return Array.from({ length: Math.ceil(rows / size) }, (_, block) => [
    block * size,
    Math.min(rows, (block + 1) * size),
  ]);
}

export function blockRows(vocabulary: number, maxLogitBytes: number): number {
  return Math.max(1, Math.floor(maxLogitBytes / (4 * vocabulary)));
}

/** Values of the targets for the rows of a range. */
export function targetFeeds(
  { labels, labelWeight, rowWeight }: RowTargetValues,
  vocabulary: number,
  [start, end]: RowRange = [0, labels.length],
): Feeds {
  return {
    labelPlaces: labels.slice(start, end).map((label, row) => row * vocabulary + Math.max(label, 0)),
    labelWeight: labelWeight.subarray(start, end),
    rowWeight: rowWeight.subarray(start, end),
  };
}

/** Bindings and feeds, the trained tensors excepted, of a block that was built with `buildHeadBlock`. */
export function blockFeeds(
  { teacherInput, studentInput, rows }: HiddenRows,
  targets: RowTargetValues,
  vocabulary: number,
  range: RowRange,
): { readonly bindings: { readonly N: number }; readonly feeds: Feeds } {
  const [start, end] = range;
  const inRange = (values: Float32Array): Float32Array => {
    const width = values.length / rows;
    return values.subarray(start * width, end * width);
  };
  return {
    bindings: { N: end - start },
    feeds: {
      teacherInput: inRange(teacherInput),
      studentInput: inRange(studentInput),
      ...targetFeeds(targets, vocabulary, range),
    },
  };
}
