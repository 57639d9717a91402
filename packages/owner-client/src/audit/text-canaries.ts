/**
 * @file One-run audit of a whole tuning run on the real student: canaries are texts of random letters with random labels among the private
 * records. What the run learns of one, it can only have from that one record.
 */

import type { EncodedExample } from '@softpost/shared/prompt-tuning/task-gradient';
import { type RandomSource, secureRandom } from '../tune/csprng.ts';
import { openAuditedStudent, type AuditedStudent, type StudentOptions } from './audited-student.ts';
import { type AuditContext, tossCoins } from './mechanism.ts';
import { checkSettings, reportOneRun, type OneRunReport, type OneRunSettings } from './one-run.ts';

const WORDS = 6;
const LETTERS = 5;

/** At which delta a run without privacy is measured; it claims none. */
const DELTA_WITHOUT_PRIVACY = 1e-6;

/** @throws as `tune`, and BAD_OPTION, FILE_EXISTS */
export async function auditText(
  { canaries: count, guesses, reportFile, ...options }: StudentOptions & OneRunSettings,
  context: AuditContext,
): Promise<OneRunReport> {
  const settings = { canaries: count, guesses, reportFile };
  await checkSettings(settings);
  const { coins = secureRandom() } = context;
  const student = await openAuditedStudent(options, context);
  try {
    const canaries = randomCanaries(student, count, coins);
    const included = tossCoins(count, coins);
    const records = student.examples.pick(Array(student.examples.size).keys());
    const prompt = await student.tune([...records, ...canaries.filter((_, index) => included[index] === 1)], 'audit');
    const before = await student.confidences(student.start, canaries);
    const after = await student.confidences(prompt, canaries);
    const drop = after.map((confidence, index) => loss(before[index]!) - loss(confidence));
    const { plan } = student;
    const delta = plan?.delta ?? DELTA_WITHOUT_PRIVACY;
    return await reportOneRun('text', { lossDrop: drop }, included, { ...settings, plan, delta });
  } finally {
    await student.dispose();
  }
}

/** -ln p of a record with confidence ln(p / (1 - p)). */
function loss(confidence: number): number {
  return confidence > 0 ? Math.log1p(Math.exp(-confidence)) : Math.log1p(Math.exp(confidence)) - confidence;
}

function randomCanaries(
  { encode, labelCount }: AuditedStudent,
  count: number,
  coins: RandomSource,
): readonly EncodedExample[] {
  const word = (): string => String.fromCharCode(...Array.from({ length: LETTERS }, () => 97 + below(26, coins)));
  return Array.from({ length: count }, () => ({
    input: encode(Array.from({ length: WORDS }, word).join(' ')),
    label: below(labelCount, coins),
  }));
}

function below(limit: number, coins: RandomSource): number {
  return Math.floor((coins.bits53() / 2 ** 53) * limit);
}
