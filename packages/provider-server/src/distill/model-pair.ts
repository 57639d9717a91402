/** @file Teacher and student over the same rows of tokens, up to what their vocabulary heads are applied to. */

import { Graph, type Tensor } from '@softpost/shared/engine/graph';
import type { Feeds } from '@softpost/shared/engine/program';
import type { Architecture, Weights } from '@softpost/shared/model/architecture';
import { frozenWeights, lastHidden, type LanguageModel } from '@softpost/shared/model/language-model';
import { perExampleLayout } from '@softpost/shared/model/per-example-layout';
import type { RowLayout } from '@softpost/shared/model/row-layout';
import { padRight } from '@softpost/shared/text/batches';
import type { LabelledBatch } from './labelled-batch.ts';
import type { StudentPlan } from './student-init.ts';

/** What of a student the graphs need. */
export type StudentShape = Pick<StudentPlan, 'architecture' | 'trained' | 'teacherName'>;

export interface PairWeights {
  readonly teacher: Weights;
  readonly student: Weights;
  /** The trained tensors of the student, by name: inputs of the graph, fed by `parameterFeeds`. */
  readonly trained: ReadonlyMap<string, Tensor>;
}

/** One model's rows. */
export interface ModelRows {
  /** Last hidden states [N, D]. */
  readonly hidden: Tensor;
  /** What the head is applied to [N, D]. */
  readonly headInput: Tensor;
}

export interface ModelPair {
  readonly graph: Graph;
  readonly layout: RowLayout;
  readonly weights: PairWeights;
  readonly teacher: ModelRows;
  readonly student: ModelRows;
}

/** What the student does not train it reads in place from the teacher's file. */
export function pairWeights(graph: Graph, { trained: shapes, teacherName }: StudentShape): PairWeights {
  const teacher = frozenWeights(graph);
  // The teacher's tensors go by the same names.
  const trained = new Map([...shapes].map(([name, shape]) => [name, graph.input(inputName(name), shape)]));
  return { teacher, student: (name, shape) => trained.get(name) ?? teacher(teacherName(name), shape), trained };
}

export function buildModelPair({ architecture }: LanguageModel, plan: StudentShape): ModelPair {
  const graph = new Graph();
  const layout = perExampleLayout(graph, architecture, 0);
  const weights = pairWeights(graph, plan);
  return {
    graph,
    layout,
    weights,
    teacher: modelRows(architecture, weights.teacher, layout),
    student: modelRows(plan.architecture, weights.student, layout),
  };
}

/** Feeds for some of the sequences of a batch, each padded to the length that all have. */
export function sequenceFeeds(
  { layout }: ModelPair,
  { sequences, length }: LabelledBatch,
): ReturnType<RowLayout['feeds']> {
  const texts = sequences.map((inputIds) => ({ inputIds, scoredIndex: inputIds.length - 1 }));
  return layout.feeds(padRight(texts, 0, length));
}

/** Values of the trained tensors, found by name. */
export function parameterFeeds(names: Iterable<string>, valueOf: (name: string) => Float32Array): Feeds {
  return Object.fromEntries([...names].map((name) => [inputName(name), valueOf(name)]));
}

function inputName(name: string): string {
  return `student.${name}`;
}

function modelRows(model: Architecture, weights: Weights, layout: RowLayout): ModelRows {
  const hidden = lastHidden(model, weights, layout, 'all');
  return { hidden, headInput: model.headInput(weights, hidden) };
}
