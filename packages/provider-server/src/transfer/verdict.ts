/** @file The quality gate: has the transfer worked? Asked of held-out public text, because private data is not here. */

import type { SoftPrompt } from '@softpost/shared/artifact/prompt-folder';
import { argmaxRows, scoreLabels } from '@softpost/shared/scoring/scorer';
import type { TaskModel } from '@softpost/shared/scoring/task-model';
import type { EncodedText } from '@softpost/shared/text/template';

/** Agreement is the share of held-out public texts that two models label alike. */
export interface Verdict {
  /** Whether the teacher with its prompt agrees with the prompted student more than the teacher without a prompt does. */
  readonly verdict: 'better' | 'unsure' | 'worse';
  /** Student with its prompt, against teacher with the transferred prompt. */
  readonly agreement: number;
  /** Student with its prompt, against teacher without a prompt. */
  readonly agreementWithoutPrompt: number;
  /** Standard error of the difference of the two. */
  readonly standardError: number;
  readonly n: number;
}

/** Two standard errors decide. */
const DECISIVE = 2;

interface VerdictOptions {
  readonly threads?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export async function judgeTransfer(
  student: TaskModel,
  studentPrompt: SoftPrompt,
  teacher: TaskModel,
  teacherPrompt: SoftPrompt,
  heldOut: readonly EncodedText[],
  options: VerdictOptions = {},
): Promise<Verdict> {
  const label = async ({ model, verbalizer }: TaskModel, prompt?: SoftPrompt): Promise<Int32Array> =>
    argmaxRows(await scoreLabels(model, verbalizer, heldOut, { ...options, prompt }), verbalizer.labelCount);
  const wanted = await label(student, studentPrompt);
  return compareAgreement(wanted, await label(teacher, teacherPrompt), await label(teacher));
}

/** @param wanted labels of the prompted student; the others are the teacher's, with its prompt and without */
export function compareAgreement(wanted: Int32Array, prompted: Int32Array, bare: Int32Array): Verdict {
  const n = wanted.length;
  const gains = Array.from(wanted, (label, index) => Number(prompted[index] === label) - Number(bare[index] === label));
  const mean = gains.reduce((sum, gain) => sum + gain, 0) / n;
  const variance = gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0) / Math.max(1, n - 1);
  const standardError = Math.sqrt(variance / n);
  const share = (labels: Int32Array): number =>
    labels.reduce((sum, label, index) => sum + Number(label === wanted[index]), 0) / n;
  return {
    verdict: Math.abs(mean) <= DECISIVE * standardError ? 'unsure' : mean > 0 ? 'better' : 'worse',
    agreement: share(prompted),
    agreementWithoutPrompt: share(bare),
    standardError,
    n,
  };
}
