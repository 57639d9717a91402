/** @file The demo's constants, chosen on public mail only (a part of it in the role of the private mail): see docs/results.md. */

/** Names at the provider, and the length of prompts. */
export const SETTINGS = {
  teacher: 'softpost-ref-clm',
  student: 'mail-reader',
  corpus: 'prose-and-mail',
  publicSet: 'mail',
  virtualTokens: 20,
} as const;

/** What the provider does where nobody says: all else that steps 1 and 3 are made of. */
export const PROVIDER_DEFAULTS = {
  distill: { batch: 8, length: 64, learningRate: 2e-3 },
  transfer: { batchSize: 16, learningRate: 0.1, initialisation: 'text', publicLimit: 512 },
} as const;

/** What its operator asks for, in step 1. */
export const DISTILLATION = { layers: [0, 7], steps: 250, seed: 1 } as const;

/** Of the owner's step 2, and of the upper bound. */
export const PLAIN_TUNING = {
  steps: 100,
  lotSize: 64,
  learningRate: 0.1,
  initialisation: 'text',
  privacy: { dp: false },
} as const;

/** The same with privacy: fewer, larger lots. All are public constants: there are about 400 records. */
export const PRIVATE_TUNING = {
  ...PLAIN_TUNING,
  steps: 60,
  lotSize: 128,
  privacy: { dp: true, epsilon: 8, delta: 1e-3, publicSize: 400, clipNorm: 0.3 },
} as const;

export type DemoTuning = typeof PLAIN_TUNING | typeof PRIVATE_TUNING;

/** What the owner asks for, in step 3. */
export const TRANSFER = { alpha: 0, compare: 'labels', steps: 150 } as const;
