/** @file Teacher and student in one graph, so that the teacher's logits never leave it. */

import { Graph, type Tensor } from '@softpost/shared/engine/graph';
import type { Feeds } from '@softpost/shared/engine/program';
import type { Architecture, Weights } from '@softpost/shared/model/architecture';
import { frozenWeights, lastHidden, type LanguageModel } from '@softpost/shared/model/language-model';
import { perExampleLayout } from '@softpost/shared/model/per-example-layout';
import type { RowLayout } from '@softpost/shared/model/row-layout';
import { padRight } from '@softpost/shared/text/batches';
import type { ModelRows, RowTargets } from './losses.ts';
import type { LabelledBatch } from './labelled-batch.ts';
import type { StudentPlan } from './student-init.ts';

export interface ModelPair {
  readonly layout: RowLayout;
  readonly teacher: ModelRows;
  readonly student: ModelRows;
  readonly targets: RowTargets;
  /** The trained tensors of the student, by name: inputs of the graph, fed by `parameterFeeds`. */
  readonly trained: ReadonlyMap<string, Tensor>;
}

/** Both models over the same rows. What the student does not train it reads in place from the teacher's file. */
export function buildModelPair(
  { architecture }: LanguageModel,
  plan: Pick<StudentPlan, 'architecture' | 'trained' | 'teacherName'>,
): ModelPair {
  const graph = new Graph();
  const layout = perExampleLayout(graph, architecture, 0);
  const frozen = frozenWeights(graph);
  const trained = new Map([...plan.trained].map(([name, shape]) => [name, graph.input(inputName(name), shape)]));
  const ofStudent: Weights = (name, shape) => trained.get(name) ?? frozen(plan.teacherName(name), shape);
  const rows = layout.positions.shape[0]!;
  return {
    layout,
    teacher: modelRows(architecture, frozen, layout),
    student: modelRows(plan.architecture, ofStudent, layout),
    targets: {
      labels: graph.input('labels', [rows], 'i32'),
      labelWeight: graph.input('labelWeight', [rows, 1]),
      rowWeight: graph.input('rowWeight', [rows, 1]),
    },
    trained,
  };
}

/** Feeds for some of the sequences of a batch; weights are shares in the means over the whole batch. */
export function batchFeeds(
  { layout }: ModelPair,
  { sequences, labels, labelled, rows }: LabelledBatch,
): ReturnType<RowLayout['feeds']> {
  const { bindings, feeds } = layout.feeds(
    padRight(
      sequences.map((inputIds) => ({ inputIds, scoredIndex: inputIds.length - 1 })),
      0,
    ),
  );
  const targets: Feeds = {
    labels: labels.map((label) => Math.max(label, 0)),
    labelWeight: Float32Array.from(labels, (label) => (label < 0 ? 0 : 1 / labelled)),
    rowWeight: new Float32Array(labels.length).fill(1 / rows),
  };
  return { bindings, feeds: { ...feeds, ...targets } };
}

/** Values of the trained tensors, found by name. */
export function parameterFeeds(names: Iterable<string>, valueOf: (name: string) => Float32Array): Feeds {
  return Object.fromEntries([...names].map((name) => [inputName(name), valueOf(name)]));
}

/** The teacher's tensors go by the same names. */
function inputName(name: string): string {
  return `student.${name}`;
}

function modelRows(model: Architecture, weights: Weights, layout: RowLayout): ModelRows {
  const hidden = lastHidden(model, weights, layout, 'all');
  return { hidden, headInput: model.headInput(weights, hidden), head: model.head(weights) };
}
