/** @file For tests: receipts of a small run, sound or altered, signed, and prompt folders with them. */

import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PromptCard } from '../artifact/prompt-card.ts';
import { writePromptFolder } from '../artifact/prompt-folder.ts';
import { accountFor } from '../privacy/accountant.ts';
import { bandedGaussian, bestOf, sampledGaussian, selfComposed } from '../privacy/event.ts';
import { canonicalJson } from '../signature/canonical-json.ts';
import { ACCOUNTANT, type Receipt, type ReceiptBody } from './receipt.ts';
import { openReceipt, sealReceipt } from './signed-receipt.ts';
import { statedEpsilon } from './stated-epsilon.ts';
import { statementOf } from './verify-receipt.ts';

export const ownerKey: KeyObject = generateKeyPairSync('ed25519').privateKey;

const run = { samplingRate: 64 / 4096, noiseMultiplier: 1.5, steps: 20 };

export const PRIVATE_BODY = {
  type: 'softpost-receipt',
  version: 1,
  studentDigest: `sha256:${'1'.repeat(64)}`,
  promptDigest: `sha256:${'2'.repeat(64)}`,
  optimiser: 'adam',
  date: '2026-02-28',
  mechanism: 'sampled-gaussian',
  adjacency: 'add-or-remove-one',
  unit: 'example',
  samplingRate: '64/4096',
  noiseMultiplier: run.noiseMultiplier,
  clipNorm: 0.5,
  denominator: 64,
  steps: run.steps,
  delta: 1e-6,
  epsilon: statedEpsilon(
    accountFor(selfComposed(sampledGaussian(run), run.steps), { delta: 1e-6, adjacency: 'add-or-remove-one' }),
  ),
  accountant: { ...ACCOUNTANT, bounds: 'min(rdp, pld)' },
  sampler: 'poisson',
  clipping: 'flat',
  noise: 'rounded',
  rng: 'operating-system',
  secure: true,
  selection: { procedure: 'none' },
  ledger: {
    sequence: 21,
    previousHash: '4'.repeat(64),
    headHash: '5'.repeat(64),
    cumulativeEpsilon: 1.5,
    runsWithoutPrivacy: 0,
    drawn: run.steps,
  },
  dataset: `hmac-sha256:${'6'.repeat(64)}`,
} as const satisfies ReceiptBody;

const banded = { ...run, samplingRate: 128 / 4096, coefficients: [0.8, 0.6] };

/** The body of a run with bands. */
export const BANDED_BODY = {
  ...PRIVATE_BODY,
  mechanism: 'banded-gaussian',
  samplingRate: '128/4096',
  sampler: 'cyclic-poisson',
  coefficients: banded.coefficients,
  epsilon: statedEpsilon(accountFor(bandedGaussian(banded), { delta: 1e-6, adjacency: 'add-or-remove-one' })),
} as const satisfies ReceiptBody;

const trials = { kind: 'poisson', mean: 3 } as const;

/** The body of one of several runs. */
export const BEST_OF_BODY = {
  ...PRIVATE_BODY,
  selection: { procedure: 'best-of', trials },
  epsilon: statedEpsilon(
    accountFor(bestOf(selfComposed(sampledGaussian(run), run.steps), trials), {
      delta: 1e-6,
      adjacency: 'add-or-remove-one',
    }),
  ),
} as const satisfies ReceiptBody;

/** As `sealReceipt`, but with any fields whatever: what a lying owner can sign. */
export function sealAnything(fields: object, key: KeyObject = ownerKey): string {
  const receipt = canonicalJson(fields);
  const signature = sign(null, Buffer.from(receipt), key).toString('base64url');
  return canonicalJson({ receipt: fields, signature });
}

/** A sound receipt with these fields changed, or left out where undefined, signed again. */
export function sealAltered(change: object, body: ReceiptBody = PRIVATE_BODY): string {
  const fields = Object.entries({ ...openReceipt(sealReceipt(body, ownerKey)), ...change });
  return sealAnything(Object.fromEntries(fields.filter(([, value]) => value !== undefined)));
}

const prompt = { embeddings: Float32Array.of(1, 2, 3, 4, 5, 6), virtualTokens: 2, hiddenSize: 3 };

function cardFor(receipt: Receipt): PromptCard {
  return {
    version: 1,
    task: 'films',
    step: 'tune',
    belongsTo: 'student',
    model: { name: 'student', objective: 'causal' },
    digests: { student: receipt.studentDigest, tokenizer: `sha256:${'3'.repeat(64)}` },
    privacy: statementOf(receipt),
    details: {},
  };
}

/** Writes a prompt folder whose receipt has these fields changed. */
export async function writeWithReceipt(
  dir: string,
  body: ReceiptBody = PRIVATE_BODY,
  change: object = {},
): Promise<void> {
  await writePromptFolder(dir, prompt, cardFor(openReceipt(sealReceipt(body, ownerKey))), (promptDigest) =>
    sealAltered({ promptDigest, ...change }, body),
  );
}

/** The body of a run without privacy. */
export const OPEN_BODY = {
  type: PRIVATE_BODY.type,
  version: PRIVATE_BODY.version,
  studentDigest: PRIVATE_BODY.studentDigest,
  promptDigest: PRIVATE_BODY.promptDigest,
  optimiser: PRIVATE_BODY.optimiser,
  date: PRIVATE_BODY.date,
  mechanism: 'none',
  epsilon: null,
} as const satisfies ReceiptBody;

/** Changes a folder's softpost.json. */
export async function editCard(dir: string, change: Partial<PromptCard>): Promise<void> {
  const path = join(dir, 'softpost.json');
  const card = JSON.parse(await readFile(path, 'utf8')) as PromptCard;
  await writeFile(path, JSON.stringify({ ...card, ...change }));
}
