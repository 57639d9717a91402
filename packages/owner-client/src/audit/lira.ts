/** @file `audit lira`: shadow prompts on random halves of the records, and an attacker who tells which records each was tuned with. */

import { join } from 'node:path';
import { openCheckpoint, type Fingerprint } from '@softpost/shared/artifact/checkpoint';
import { refuseExisting, replaceFile } from '@softpost/shared/artifact/atomic-write';
import { fileDigest } from '@softpost/shared/artifact/digest';
import { modelDigest } from '@softpost/shared/artifact/model-digest';
import { SoftpostError } from '@softpost/shared/errors';
import { seededRandom } from '@softpost/shared/seeded-random';
import { planPrivacy, type SamplingPlan } from '../privacy/sampling-plan.ts';
import { openAuditedStudent, type AuditedStudent, type StudentOptions } from './audited-student.ts';
import { likelihoodRatios, type Shadow } from './likelihood-ratio.ts';
import { writeLiraPage } from './lira-page.ts';
import type { AuditContext } from './mechanism.ts';
import { LOCAL_NOTICE } from './page.ts';
import { operatingPoint, rocOf, type OperatingPoint } from './roc.ts';
import { highestTruePositiveRate, privacyCurve } from './trade-off.ts';
import { CONFIDENCE, liraVerdict, type Verdict } from './verdict.ts';

export interface LiraOptions extends StudentOptions {
  /** Shadow prompts, at least 4. */
  readonly shadows: number;
  /** Folder that keeps each finished shadow prompt. */
  readonly workDir: string;
  readonly reportFile?: string | undefined;
}

export interface LiraPoint extends OperatingPoint {
  /** Most false positives, as a share, at which the threshold was set. */
  readonly limit: number;
  /** True positives that the claim allows at the upper bound of the false-positive rate; null where nothing is claimed. */
  readonly allowed: number | null;
}

export interface LiraReport extends Verdict {
  readonly kind: 'lira';
  readonly shadows: number;
  /** Pairs of shadow prompt and record that were attacked. */
  readonly trials: number;
  readonly auc: number;
  readonly points: readonly LiraPoint[];
  readonly confidence: number;
  readonly epsilonClaimed: number | null;
  readonly delta: number | null;
  readonly local: true;
}

const LIMITS = [0.001, 0.01];
const MIN_RECORDS = 16;

/** Two bounds at each limit share the error. */
const SIGNIFICANCE = (1 - CONFIDENCE) / (2 * LIMITS.length);

/**
 * Run again after an interruption, it goes on where it was: finished shadow prompts are kept, and more can be added to them.
 * @throws as `tune`; BAD_OPTION, BAD_CHECKPOINT when the folder holds shadows of other options, CANNOT_WRITE
 */
export async function auditLira(options: LiraOptions, context: AuditContext): Promise<LiraReport> {
  const { shadows: count, workDir, reportFile, ...studentOptions } = options;
  if (count < 4) throw new SoftpostError('BAD_OPTION', `--shadows is ${count}; at least 4 are needed`);
  if (reportFile !== undefined) await refuseExisting(reportFile);
  const student = await openAuditedStudent(studentOptions, context);
  try {
    if (student.examples.size < MIN_RECORDS)
      throw new SoftpostError(
        'BAD_DATA_FILE',
        `${options.dataFile}: fewer than ${MIN_RECORDS} records cannot be audited`,
      );
    const made = await fingerprint(studentOptions, student.plan);
    await replaceFile(join(workDir, 'LOCAL.txt'), `${LOCAL_NOTICE}\n`);
    const shadows: Shadow[] = [];
    for (let index = 0; index < count; index++) {
      shadows.push(await shadowPrompt(student, options, index, made));
      context.emit({ kind: 'progress', phase: 'shadow prompts', step: index + 1, steps: count, metrics: {} });
    }
    return await attack(shadows, student.plan, reportFile);
  } finally {
    await student.dispose();
  }
}

/** Tunes one, or takes it from the folder. Each record is in by a coin that depends on seed and index alone. */
async function shadowPrompt(
  student: AuditedStudent,
  { workDir, steps, seed }: LiraOptions,
  index: number,
  made: Fingerprint,
): Promise<Shadow> {
  const { examples } = student;
  const coins = seededRandom(seed + 2 ** 32 * (index + 1));
  const members = Uint8Array.from({ length: examples.size }, () => Number(coins() < 0.5));
  const path = join(workDir, `shadow-${String(index + 1).padStart(3, '0')}`);
  const result = openCheckpoint(`${path}-done`, made);
  const saved = await result.load();
  if (saved) return { members, confidences: saved.arrays['confidences']! };
  const unfinished = openCheckpoint(path, made);
  const all = [...Array(examples.size).keys()];
  const prompt = await student.tune(
    examples.pick(all.filter((record) => members[record] === 1)),
    `shadow ${index + 1}`,
    unfinished,
  );
  const arrays = {
    confidences: Float32Array.from(await student.confidences(prompt, examples.pick(all))),
    members: Float32Array.from(members),
    prompt: prompt.embeddings,
  };
  await result.save({ step: steps, arrays });
  await unfinished.remove();
  return { members, confidences: arrays.confidences };
}

async function attack(
  shadows: readonly Shadow[],
  plan: SamplingPlan | undefined,
  reportFile: string | undefined,
): Promise<LiraReport> {
  const ratios = likelihoodRatios(shadows);
  const roc = rocOf(ratios);
  const curve = plan ? privacyCurve(plan) : [];
  const points = LIMITS.map((limit) => {
    const point = operatingPoint(roc, limit, SIGNIFICANCE);
    return { limit, ...point, allowed: plan ? highestTruePositiveRate(curve, point.falsePositiveRate.high) : null };
  });
  const report: LiraReport = {
    kind: 'lira',
    shadows: shadows.length,
    trials: ratios.scores.length,
    auc: roc.auc,
    points,
    confidence: CONFIDENCE,
    epsilonClaimed: plan ? planPrivacy(plan).epsilon : null,
    delta: plan?.delta ?? null,
    local: true,
    ...liraVerdict(points),
  };
  if (reportFile !== undefined) await writeLiraPage(reportFile, report, roc, curve);
  return report;
}

/** What decides a shadow prompt, their number apart. */
async function fingerprint(options: StudentOptions, plan: SamplingPlan | undefined): Promise<Fingerprint> {
  const { virtualTokens, steps, lotSize, learningRate, initialisation, seed } = options;
  return {
    student: await modelDigest(options.studentDir),
    task: await fileDigest(options.taskFile),
    data: await fileDigest(options.dataFile),
    samplingRate: plan?.samplingRate ?? null,
    noiseMultiplier: plan?.noiseMultiplier ?? null,
    clipNorm: plan?.clipNorm ?? null,
    delta: plan?.delta ?? null,
    noise: plan?.noiseMode ?? null,
    clipping: plan?.clipping ?? null,
    virtualTokens,
    steps,
    lotSize,
    learningRate,
    initialisation,
    seed,
  };
}
