/** @file What the serving process does for its parent. Every call brings the teacher's settings, so that a new process needs no others. */

import type { ComputeContext } from '@softpost/shared/engine/compute-task';
import {
  openServingEngine,
  type ClassifyRequest,
  type EngineStats,
  type GenerateRequest,
  type ServingEngine,
  type TeacherSettings,
} from './engine.ts';

interface Call<Request> {
  readonly teacher: TeacherSettings;
  readonly request: Request;
}

let engine: Promise<ServingEngine> | undefined;

/** A process serves one teacher. A failed opening is tried again by the next call. */
function engineFor(teacher: TeacherSettings): Promise<ServingEngine> {
  engine ??= openServingEngine(teacher).catch((reason: unknown) => {
    engine = undefined;
    throw reason;
  });
  return engine;
}

export const servingTasks = {
  open: async ({ teacher }: Pick<Call<never>, 'teacher'>): Promise<void> => {
    await engineFor(teacher);
  },
  classify: async ({ teacher, request }: Call<ClassifyRequest>, { signal }: ComputeContext<never>) =>
    (await engineFor(teacher)).classify(request, signal),
  generate: async ({ teacher, request }: Call<GenerateRequest>, { emit, signal }: ComputeContext<string>) =>
    (await engineFor(teacher)).generate(request, signal, emit),
  /** Undefined while nothing is open. */
  stats: async (): Promise<EngineStats | undefined> => (await engine)?.stats(),
};

export type ServingTasks = typeof servingTasks;
