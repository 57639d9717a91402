/** @file The demo's constants. None was chosen with the private mail: see docs/results.md for how. */

import type { TransferTraining } from './private-transfer.ts';

export const SETTINGS = {
  teacher: 'models/softpost-ref-clm-8m',
  publicFile: 'transfer-mail.jsonl',
  virtualTokens: 10,
} as const;

/** Of the provider's step 1. */
export const DISTILLATION = { layers: [0, 7], steps: 150, batch: 8, length: 128, learningRate: 1e-3, seed: 1 } as const;

/** Of the owner's step 2, and of the upper bound. */
export const TUNING = { steps: 120, lotSize: 64, learningRate: 0.3 } as const;

/** Public constants: about 400 records, so delta is far below 1 / 400. */
export const PRIVACY = { dp: true, epsilon: 8, delta: 1e-4, publicSize: 400, clipNorm: 0.1 } as const;

/** Of the provider's step 3. */
export const TRANSFER = {
  alpha: 0.5,
  steps: 150,
  batchSize: 16,
  learningRate: 0.3,
  publicLimit: 512,
} as const satisfies Omit<TransferTraining, 'seed'>;
