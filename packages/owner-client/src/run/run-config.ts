/** @file The `run` part of the configuration: one task from private data to a prompt for the teacher. Its keys are the flags of the single commands. */

import { PROMPT_INITIALISATIONS } from '@softpost/shared/model/initial-prompt';
import { MAX_BANDS } from '@softpost/shared/privacy/bands';
import { NOISE_MODES } from '@softpost/shared/privacy/noise-mode';
import type { TrialLaw } from '@softpost/shared/privacy/selection';
import { MAX_TUNING_STEPS, MAX_VIRTUAL_TOKENS } from '@softpost/shared/submission/limits';
import { transferChoicesSchema } from '@softpost/shared/submission/submission';
import { z } from 'zod';
import { DEFAULT_CHOICES } from '../release/default-choices.ts';
import { CLIPPINGS } from '../privacy/sampling-plan.ts';
import { trialLaw } from '../privacy/trials.ts';
import { MAX_UNIT_EXAMPLES } from '../privacy/user-unit.ts';
import { OPTIMISERS } from '../tune/tune-options.ts';

const path = z.string().min(1).max(4096);
const positive = z.number().positive();
const count = z.int().min(1);
const seed = z.int().min(0);

function asTrialLaw(text: string, context: z.RefinementCtx<string>): TrialLaw {
  try {
    return trialLaw(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: String(error instanceof Error ? error.message : error) });
    return z.NEVER;
  }
}

const tuneSchema = z.strictObject({
  /** `false` is what --no-dp is for `tune` and `submit`. */
  dp: z.boolean().default(true),
  epsilon: positive.exactOptional(),
  delta: positive.lt(1).exactOptional(),
  publicSize: count.exactOptional(),
  clipNorm: positive.exactOptional(),
  noise: z.enum(NOISE_MODES).exactOptional(),
  clipping: z.enum(CLIPPINGS).exactOptional(),
  bands: count.max(MAX_BANDS).exactOptional(),
  unitColumn: z.string().min(1).exactOptional(),
  unitExamples: count.max(MAX_UNIT_EXAMPLES).exactOptional(),
  budget: positive.exactOptional(),
  bestOf: z.string().transform(asTrialLaw).exactOptional(),
  steps: count.max(MAX_TUNING_STEPS).exactOptional(),
  batch: count.exactOptional(),
  virtualTokens: count.max(MAX_VIRTUAL_TOKENS).exactOptional(),
  optimiser: z.enum(OPTIMISERS).exactOptional(),
  learningRate: positive.exactOptional(),
  init: z.enum(PROMPT_INITIALISATIONS).exactOptional(),
  seed: seed.exactOptional(),
  microbatch: count.exactOptional(),
  threads: count.max(256).exactOptional(),
});

/** As `transferChoicesSchema`, with defaults. */
const transferSchema = z
  .record(z.string(), z.unknown())
  .transform((choices): unknown => ({ ...DEFAULT_CHOICES, ...choices }))
  .pipe(transferChoicesSchema);

export const runSchema = z.strictObject({
  student: z.string().min(1).max(128),
  /** @default the newest when the run begins */
  version: count.optional(),
  task: path,
  /** Private. */
  data: path,
  /** Folder of the results, and of how far the run is. */
  out: path,
  tune: tuneSchema.prefault({}),
  transfer: transferSchema.prefault({}),
  /** Private texts with labels, on which the student's prompt is scored here. */
  evaluate: path.optional(),
});

export type RunConfig = Readonly<z.infer<typeof runSchema>>;
