/** @file The quality gate: has the transfer worked? Asked of public text that nothing was chosen by: private data is not here. */

import type { SoftPrompt } from '@softpost/shared/artifact/prompt-folder';
import { argmaxRows, scoreLabels } from '@softpost/shared/scoring/scorer';
import type { TaskModel } from '@softpost/shared/scoring/task-model';
import type { EncodedText } from '@softpost/shared/text/template';

/** Agreement is the share of the judged public texts that two models label alike. */
export interface Verdict {
  /** Whether the teacher with its prompt agrees with the prompted student more than the teacher without a prompt does. */
  readonly verdict: 'better' | 'unsure' | 'worse';
  /** Student with its prompt, against teacher with the transferred prompt. */
  readonly agreement: number;
  /** Student with its prompt, against teacher without a prompt. */
  readonly agreementWithoutPrompt: number;
  /** Standard error of the difference of the two, half a text added to each of the four outcomes of a text. */
  readonly standardError: number;
  readonly n: number;
}

/** Two standard errors decide. */
const DECISIVE = 2;

/** Of fewer texts nothing is concluded. */
export const FEWEST_JUDGED = 10;

interface VerdictOptions {
  readonly threads?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export async function judgeTransfer(
  student: TaskModel,
  studentPrompt: SoftPrompt,
  teacher: TaskModel,
  teacherPrompt: SoftPrompt,
  texts: readonly EncodedText[],
  options: VerdictOptions = {},
): Promise<Verdict> {
  const label = async ({ model, verbalizer }: TaskModel, prompt?: SoftPrompt): Promise<Int32Array> =>
    argmaxRows(await scoreLabels(model, verbalizer, texts, { ...options, prompt }), verbalizer.labelCount);
  const wanted = await label(student, studentPrompt);
  return compareAgreement(wanted, await label(teacher, teacherPrompt), await label(teacher));
}

/**
 * Compares two shares of the same texts. The error of the difference is that of Agresti and Min (2005, doi
 * 10.1002/sim.1781): with half a text added to each outcome it does not vanish where all texts have the same one.
 * @param wanted labels of the prompted student; the others are the teacher's, with its prompt and without
 */
export function compareAgreement(wanted: Int32Array, prompted: Int32Array, bare: Int32Array): Verdict {
  const n = wanted.length;
  const gains = Array.from(wanted, (label, index) => Number(prompted[index] === label) - Number(bare[index] === label));
  const gained = gains.filter((gain) => gain > 0).length;
  const lost = gains.filter((gain) => gain < 0).length;
  const difference = (gained - lost) / (n + 2);
  const standardError = Math.sqrt((gained + lost + 1) / (n + 2) - difference ** 2) / Math.sqrt(n + 2);
  const unsure = n < FEWEST_JUDGED || Math.abs(difference) <= DECISIVE * standardError;
  const share = (labels: Int32Array): number =>
    labels.reduce((sum, label, index) => sum + Number(label === wanted[index]), 0) / n;
  return {
    verdict: unsure ? 'unsure' : difference > 0 ? 'better' : 'worse',
    agreement: share(prompted),
    agreementWithoutPrompt: share(bare),
    standardError,
    n,
  };
}
