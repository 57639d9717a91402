/** @file The forward pass of both models up to their heads. */

import { loadProgram, lowerProgram } from '@softpost/shared/engine/program';
import type { LanguageModel } from '@softpost/shared/model/language-model';
import type { LabelledBatch } from './labelled-batch.ts';
import { parameterFeeds, sequenceFeeds, type ModelPair } from './model-pair.ts';

/** Sequences of one pass: beyond so many rows larger products are no faster, and memory only grows. */
const MAX_ROWS = 1024;

/** Most sequences of `length` tokens that go through the layers together. */
export function sequencesAtOnce(length: number): number {
  return Math.max(1, Math.floor(MAX_ROWS / length));
}

/** Row-major, each [N, D]. */
export interface HiddenRows {
  readonly teacherHidden: Float32Array;
  readonly teacherInput: Float32Array;
  readonly studentInput: Float32Array;
  /** N */
  readonly rows: number;
}

export interface HiddenProgram {
  run(part: LabelledBatch): Promise<HiddenRows>;
  dispose(): Promise<void>;
}

/** @param parameterOf the student's trained tensors, by name: views, read at every run */
export async function openHiddenProgram(
  pair: ModelPair,
  { lookup }: LanguageModel,
  parameterOf: (name: string) => Float32Array,
  threads: number | undefined,
): Promise<HiddenProgram> {
  const { teacher, student, weights } = pair;
  const outputs = { teacherHidden: teacher.hidden, teacherInput: teacher.headInput, studentInput: student.headInput };
  const program = await loadProgram(lowerProgram(outputs, lookup), threads === undefined ? {} : { threads });
  const parameters = parameterFeeds(weights.trained.keys(), parameterOf);
  return {
    run: async (part) => {
      const { bindings, feeds } = sequenceFeeds(pair, part);
      const result = await program.run(bindings, { ...feeds, ...parameters });
      return { ...(result as Record<keyof typeof outputs, Float32Array>), rows: part.labels.length };
    },
    dispose: () => program.dispose(),
  };
}
