/** @file Student and teacher of one transfer: opened for the same task, and checked to fit each other and the prompt. */

import { SoftpostError } from '@softpost/shared/errors';
import type { Digest } from '@softpost/shared/artifact/digest';
import { tokenizerDigest } from '@softpost/shared/artifact/model-digest';
import type { PromptCard } from '@softpost/shared/artifact/prompt-card';
import { openTaskModel, type TaskModel } from '@softpost/shared/scoring/task-model';
import type { Task } from '@softpost/shared/text/task';
import type { TaskEncoder } from '@softpost/shared/text/template';

export interface PairFolders {
  readonly studentDir: string;
  readonly teacherDir: string;
}

export interface TaskPair {
  readonly student: TaskModel;
  readonly teacher: TaskModel;
  /** Both models read the same tokens, so the limit is that of the one with fewer positions. */
  readonly encode: TaskEncoder;
}

/** @throws what opening either model throws */
export async function openTaskPair(
  { studentDir, teacherDir }: PairFolders,
  task: Task,
  virtualTokens: number,
): Promise<TaskPair> {
  const student = await openTaskModel(studentDir, task, virtualTokens);
  const teacher = await openTaskModel(teacherDir, task, virtualTokens);
  return { student, teacher, encode: student.maxLength < teacher.maxLength ? student.encode : teacher.encode };
}

/** A prompt says nothing on another model than its own. @throws PROMPT_MISMATCH */
export function checkTunedOn(card: PromptCard | undefined, studentDir: string, digest: Digest): void {
  const wanted = card?.digests[card.belongsTo];
  if (wanted !== undefined && wanted !== digest) {
    throw new SoftpostError('PROMPT_MISMATCH', `the prompt was tuned on another model than ${studentDir} (${wanted})`);
  }
}

/** Ids must mean the same tokens to both models. @throws PROMPT_MISMATCH */
export async function checkSameVocabulary(
  { studentDir, teacherDir }: PairFolders,
  { student, teacher }: TaskPair,
): Promise<void> {
  const sizes = [student.model.architecture.vocabularySize, teacher.model.architecture.vocabularySize];
  if (sizes[0] !== sizes[1] || (await tokenizerDigest(studentDir)) !== (await tokenizerDigest(teacherDir))) {
    throw new SoftpostError(
      'PROMPT_MISMATCH',
      `student and teacher need the same tokenizer and vocabulary (${sizes.join(' and ')} tokens): ${studentDir}, ${teacherDir}`,
    );
  }
}
