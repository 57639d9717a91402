/** @file STEP 2 of POST (paper section 4.2): the owner tunes a soft prompt on the frozen student, with PromptDPSGD. */

import { basename, resolve } from 'node:path';
import { SoftpostError } from '@softpost/shared/errors';
import { openCheckpoint, type CheckpointState, type Fingerprint } from '@softpost/shared/artifact/checkpoint';
import { fileDigest } from '@softpost/shared/artifact/digest';
import { modelDigest, tokenizerDigest } from '@softpost/shared/artifact/model-digest';
import type { PrivacyStatement } from '@softpost/shared/artifact/prompt-card';
import { writePromptFolder, type SoftPrompt } from '@softpost/shared/artifact/prompt-folder';
import { refuseExisting } from '@softpost/shared/artifact/atomic-write';
import type { Report } from '@softpost/shared/events';
import { initialPrompt } from '@softpost/shared/model/initial-prompt';
import { descend, type LotRecord } from '@softpost/shared/prompt-tuning/descend';
import { plainGradients } from '@softpost/shared/prompt-tuning/plain-gradient';
import { openGradientProgram } from '@softpost/shared/prompt-tuning/task-gradient';
import { openTaskModel } from '@softpost/shared/scoring/task-model';
import { checkTask } from '@softpost/shared/submission/limits';
import { readTask } from '@softpost/shared/text/task';
import { NOISE_ACCOUNTANTS } from '@softpost/shared/privacy/noise-mode';
import { sealReceipt } from '@softpost/shared/receipt/signed-receipt';
import { Ledger } from '../ledger/ledger.ts';
import { createSamplingPlan, planPrivacy, type SamplingPlan } from '../privacy/sampling-plan.ts';
import { readPrivateExamples } from '../private-data/private-examples.ts';
import { receiptFor, type PrivateRun } from '../release/run-receipt.ts';
import { ensureSigningKey } from '@softpost/shared/signature/signing-key';
import { bandMemory } from './band-memory.ts';
import { beginCharged, chargedGradients } from './charge.ts';
import { secureRandom, type RandomSource } from './csprng.ts';
import { watchGradients, type GradientHealth } from './gradient-health.ts';
import { noiseStamp } from './noise.ts';
import { optimiserFor } from './optimiser-for.ts';
import { privateGradients } from './private-gradient.ts';
import { checkPromptSize, checkSteps } from './submittable.ts';
import { refuseHealthFile, writeHealth } from './health-file.ts';
import type { TuneOptions } from './tune-options.ts';

export interface TuneContext {
  readonly emit: Report;
  readonly signal: AbortSignal;
  /** Source of sampling and noise. @default the operating system's; a prompt from any other is stamped as not private */
  readonly random?: RandomSource;
}

export interface TuneReport {
  readonly promptDir: string;
  readonly steps: number;
  readonly privacy: PrivacyStatement;
  /** For the owner's eyes only: it depends on single records. */
  readonly local: LocalHealth;
}

export interface LocalHealth extends GradientHealth {
  /** Mean loss per example of each step; null for an empty lot. */
  readonly losses: readonly (number | null)[];
  readonly lotSizes: readonly number[];
  readonly meanLotSize: number;
  readonly nonFiniteExamples: number;
  /** Distance that the prompt moved, relative to its first norm. */
  readonly promptMoved: number;
  /** Step after which clip fraction and norms begin, where a private run was taken up again. The rest is about all steps. */
  readonly gradientsSinceStep?: number;
}

/**
 * Tunes a prompt and writes it as a PEFT folder with its signed receipt. Run again after an interruption, it goes on from its last checkpoint.
 * @throws FILE_EXISTS, BAD_OPTION, BAD_PRIVACY_PARAMETER, PRIVACY_UNREACHABLE, NON_FINITE, BAD_KEY, BAD_CHECKPOINT, CANCELLED, BUDGET_*, CLOCK_BEHIND, LEDGER_*, and what
 * reading the inputs throws
 */
export async function tune(
  options: TuneOptions,
  { emit, signal, random = secureRandom() }: TuneContext,
): Promise<TuneReport> {
  await refuseExisting(options.outDir);
  await refuseHealthFile(options);
  checkSteps(options.steps);
  const plan = options.privacy.dp
    ? createSamplingPlan({ ...options.privacy, lotSize: options.lotSize, steps: options.steps })
    : undefined;
  const optimiser = optimiserFor(options.optimiser, plan);
  const watch = watchGradients(plan?.clipNorm ?? Infinity);
  const task = await readTask(options.taskFile);
  checkTask(task, options.taskFile);
  const student = await openTaskModel(options.studentDir, task, options.virtualTokens);
  checkPromptSize({ ...student.model.architecture, virtualTokens: options.virtualTokens });
  const examples = await readPrivateExamples(options.dataFile, task, student.encode, plan?.user?.column);
  const start = await initialPrompt(student.model, student.tokenizer, task, options);
  const program = await openGradientProgram(student, options.virtualTokens, options.threads);
  const memory = plan && bandMemory(plan, examples.size, start.embeddings.length, random);
  const source = plan
    ? privateGradients(plan, examples, program, random, options.microbatch, { see: watch.see, memory })
    : plainGradients(
        examples.pick(Array(examples.size).keys()),
        program,
        options.lotSize,
        options.microbatch,
        options.seed,
      );
  const key = await ensureSigningKey(options.keyFile, ({ keyFile, keyId }) => {
    const message = `made a key to sign receipts with: ${keyFile} (${keyId}); keep it, and show its public half with \`softpost-owner keys --show\``;
    emit({ kind: 'message', level: 'info', message });
  });
  const sameRun = await fingerprint(options, plan, random);
  const checkpoint = openCheckpoint(options.outDir, sameRun);
  try {
    const from = (await checkpoint.load())?.step ?? 0;
    const run = plan && { plan, report: planPrivacy(plan), random };
    const privacy = privacyStatement(run);
    using ledger = new Ledger(options.ledgerFile);
    const charged = beginCharged(ledger, {
      options,
      plan,
      privacy,
      examples,
      from,
      purpose: JSON.stringify(sameRun),
      emit,
    });
    const peak = options.learningRate * start.embeddingScale;
    // The lots are private and their losses carry no noise: whoever reads the events is told so.
    const named = { phase: 'tune', metric: 'private loss' };
    const companions = memory && {
      save: memory.save,
      restore: (arrays: CheckpointState['arrays']) => memory.restore(arrays, charged.unbroken),
    };
    const settings = { ...named, optimiser, peak, steps: options.steps, checkpoint, emit, signal };
    const { prompt: embeddings, records } = await descend(
      start.embeddings,
      chargedGradients(charged, source),
      companions ? { ...settings, companions } : settings,
    );
    const local = {
      ...localHealth(records, start, embeddings, plan, emit),
      ...watch.summary(),
      ...(plan && from > 0 ? { gradientsSinceStep: from } : {}),
    };
    const studentDigest = await modelDigest(options.studentDir);
    await writePromptFolder(
      options.outDir,
      { ...start, embeddings },
      {
        version: 1,
        task: task.name,
        step: 'tune',
        belongsTo: 'student',
        model: { name: basename(resolve(options.studentDir)), objective: student.model.architecture.kind },
        digests: {
          student: studentDigest,
          tokenizer: await tokenizerDigest(options.studentDir),
        },
        privacy,
        details: {
          steps: options.steps,
          lotSize: options.lotSize,
          optimiser: options.optimiser,
          learningRate: options.learningRate,
          initialisation: options.initialisation,
          ...(plan?.user && { unitExamples: plan.user.examples }),
        },
      },
      (promptDigest) =>
        sealReceipt(
          receiptFor(
            { studentDigest, promptDigest, optimiser: options.optimiser, date: new Date() },
            run && { ...run, position: charged.position(run.plan.delta) },
          ),
          key,
        ),
    );
    if (options.healthFile !== undefined) await writeHealth(options.healthFile, local);
    await checkpoint.remove();
    charged.close();
    return { promptDir: options.outDir, steps: options.steps, privacy, local };
  } finally {
    await program.dispose();
  }
}

function privacyStatement(run: PrivateRun | undefined): PrivacyStatement {
  if (!run?.random.secure) return { dp: false };
  const { unit, delta, noiseMultiplier, samplingRate, steps, clipNorm, noiseMode, clipping, bands } = run.plan;
  const correlation = bands > 1 ? { bands } : {};
  const constants = {
    unit,
    delta,
    noiseMultiplier,
    samplingRate,
    steps,
    clipNorm,
    noiseMode,
    clipping,
    ...correlation,
  };
  return { dp: true, epsilon: run.report.epsilon, ...constants, accountant: NOISE_ACCOUNTANTS[noiseMode].bounds };
}

/** Looks for runs that went wrong without an error. @throws ENGINE when the prompt never moved */
function localHealth(
  records: readonly LotRecord[],
  start: SoftPrompt,
  embeddings: Float32Array,
  plan: SamplingPlan | undefined,
  emit: Report,
): Omit<LocalHealth, keyof GradientHealth> {
  const promptMoved = distance(embeddings, start.embeddings) / distance(start.embeddings);
  if (records.length > 0 && promptMoved === 0)
    throw new SoftpostError('ENGINE', 'the prompt did not move: no gradient reached it');
  const meanLotSize = records.reduce((sum, { lotSize }) => sum + lotSize, 0) / Math.max(1, records.length);
  if (
    plan &&
    records.length > 0 &&
    (meanLotSize < plan.expectedLotSize / 2 || meanLotSize > plan.expectedLotSize * 2)
  ) {
    const message = `lots held ${meanLotSize.toFixed(0)} ${plan.unit === 'user' ? 'users' : 'records'} on average where ${plan.expectedLotSize} were expected: a better public size would serve better (this line is private)`;
    emit({ kind: 'message', level: 'warning', message });
  }
  return {
    losses: records.map(({ lossSum, lotSize }) => (lotSize === 0 ? null : lossSum / lotSize)),
    lotSizes: records.map(({ lotSize }) => lotSize),
    meanLotSize,
    nonFiniteExamples: records.reduce((sum, { nonFinite }) => sum + nonFinite, 0),
    promptMoved,
  };
}

/** Euclidean distance from `origin`, or from zero. */
function distance(values: Float32Array, origin?: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value, index) => sum + (value - (origin?.[index] ?? 0)) ** 2, 0));
}

/** Stays beside the output until the run is over; nothing of it goes into the prompt folder. */
async function fingerprint(
  { privacy: _, ...options }: TuneOptions,
  plan: SamplingPlan | undefined,
  random: RandomSource,
): Promise<Fingerprint> {
  return {
    student: await modelDigest(options.studentDir),
    task: await fileDigest(options.taskFile),
    data: await fileDigest(options.dataFile),
    private: plan !== undefined,
    ...(plan
      ? {
          samplingRate: plan.samplingRate,
          noiseMultiplier: plan.noiseMultiplier,
          clipNorm: plan.clipNorm,
          delta: plan.delta,
          // A run begun with test randomness must not end as a private one.
          noise: noiseStamp(plan, random),
          clipping: plan.clipping,
          bands: plan.bands,
          ...(plan.user && { unitColumn: plan.user.column, unitExamples: plan.user.examples }),
          trials: JSON.stringify(plan.trials ?? null),
        }
      : {}),
    virtualTokens: options.virtualTokens,
    steps: options.steps,
    lotSize: options.lotSize,
    optimiser: options.optimiser,
    learningRate: options.learningRate,
    initialisation: options.initialisation,
    seed: options.seed,
  };
}
