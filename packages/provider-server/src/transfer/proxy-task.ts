/** @file Proxy tasks: public texts with labels, on which the provider can try the whole method without private data. */

import type { EncodedExample } from '@softpost/shared/prompt-tuning/task-gradient';
import { argmaxRows, scoreLabels } from '@softpost/shared/scoring/scorer';
import { openTaskModel, type TaskModel } from '@softpost/shared/scoring/task-model';
import { readExamples } from '@softpost/shared/text/read-examples';
import { readTask } from '@softpost/shared/text/task';
import { splitPublicTexts, type PublicTexts } from './transfer-prompt.ts';

/** A public task that is treated as if it were private. */
export interface ProxyTask {
  readonly student: TaskModel;
  readonly teacher: TaskModel;
  readonly training: readonly EncodedExample[];
  readonly validation: readonly EncodedExample[];
  /** The texts of the proxy's own transfer. */
  readonly publicTexts: PublicTexts;
}

export interface LabelledProxy {
  readonly studentDir: string;
  readonly teacherDir: string;
  readonly taskFile: string;
  readonly dataFile: string;
  readonly virtualTokens: number;
  readonly seed: number;
}

/** A public set with labels of its own. @throws what reading the files throws */
export async function labelledProxy({
  studentDir,
  teacherDir,
  taskFile,
  dataFile,
  virtualTokens,
  seed,
}: LabelledProxy): Promise<ProxyTask> {
  const task = await readTask(taskFile);
  const examples = await readExamples(
    dataFile,
    task.labels.map(({ name }) => name),
  );
  const student = await openTaskModel(studentDir, task, virtualTokens);
  const teacher = await openTaskModel(teacherDir, task, virtualTokens);
  return split(
    student,
    teacher,
    splitPublicTexts(
      examples.map(({ text }) => teacher.encode(text)),
      seed,
    ),
    examples.map(({ label }) => label),
  );
}

/**
 * Where no labels are at hand, the teacher gives them: its zero-shot label scores, less their mean over the texts, so that
 * every label is used (contextual calibration, Zhao et al., 2021, arXiv 2102.09690).
 */
export async function selfLabelledProxy(
  student: TaskModel,
  teacher: TaskModel,
  publicTexts: PublicTexts,
  threads?: number,
): Promise<ProxyTask> {
  const { labelCount } = teacher.verbalizer;
  const scores = await scoreLabels(teacher.model, teacher.verbalizer, publicTexts.texts, { threads });
  for (let label = 0; label < labelCount; label++) {
    let mean = 0;
    for (let index = label; index < scores.length; index += labelCount)
      mean += (scores[index]! * labelCount) / scores.length;
    for (let index = label; index < scores.length; index += labelCount) scores[index]! -= mean;
  }
  return split(student, teacher, publicTexts, [...argmaxRows(scores, labelCount)]);
}

function split(student: TaskModel, teacher: TaskModel, publicTexts: PublicTexts, labels: readonly number[]): ProxyTask {
  const examples = publicTexts.texts.map((input, index) => ({ input, label: labels[index]! }));
  return {
    student,
    teacher,
    publicTexts,
    training: publicTexts.training.map((index) => examples[index]!),
    validation: publicTexts.heldOut.map((index) => examples[index]!),
  };
}
