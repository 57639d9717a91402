/** @file The demo's constants, chosen on public mail only (a part of it in the role of the private mail): see docs/results.md. */

import type { Training, TransferTraining } from './private-transfer.ts';

export const SETTINGS = {
  teacher: 'models/softpost-ref-clm-8m',
  publicFile: 'transfer-mail.jsonl',
  virtualTokens: 20,
} as const;

/** Of the provider's step 1. */
export const DISTILLATION = { layers: [0, 7], steps: 250, batch: 8, length: 64, learningRate: 2e-3, seed: 1 } as const;

/** Of the owner's step 2, and of the upper bound. */
export const PLAIN_TUNING = {
  steps: 100,
  lotSize: 64,
  learningRate: 0.1,
  initialisation: 'text',
  privacy: { dp: false },
} as const satisfies Omit<Training, 'seed'>;

/** The same with privacy: fewer, larger lots. All are public constants: there are about 400 records. */
export const PRIVATE_TUNING = {
  ...PLAIN_TUNING,
  steps: 60,
  lotSize: 128,
  privacy: { dp: true, epsilon: 8, delta: 1e-3, publicSize: 400, clipNorm: 0.3 },
} as const satisfies Omit<Training, 'seed'>;

/** Of the provider's step 3. */
export const TRANSFER = {
  alpha: 0,
  compare: 'labels',
  steps: 150,
  batchSize: 16,
  learningRate: 0.1,
  initialisation: 'text',
  publicLimit: 512,
} as const satisfies Omit<TransferTraining, 'seed'>;
