/**
 * @file The privacy receipt: what was done to the private data to make one prompt, in numbers from which epsilon can be computed again.
 * Nothing in it depends on the private data but `promptDigest` (covered by epsilon, as the prompt is) and `dataset` (a keyed hash
 * that only the owner can compute). The number of records, losses, accuracies, lots and times have no field here.
 */

import { z } from 'zod';
import { digestSchema } from '../artifact/digest.ts';
import { NOISE_ACCOUNTANTS, NOISE_MODES } from '../privacy/noise-mode.ts';
import { trialLawSchema } from '../privacy/selection.ts';
import { daySchema } from '../signature/day.ts';
import { signerFields, type Unsigned } from '../signature/signed-document.ts';

/** Names the program whose arithmetic gave epsilon; a new version is due when its figures change. */
export const ACCOUNTANT = { name: 'softpost', version: 1 } as const;

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const positive = z.number().positive();
/** A bound, rounded up; null where the method has none. */
const bound = z.number().nonnegative().nullable();

const common = {
  type: z.literal('softpost-receipt'),
  version: z.literal(1),
  studentDigest: digestSchema,
  /** Of adapter_model.safetensors, the file with the prompt's values. */
  promptDigest: digestSchema,
  optimiser: z.enum(['adam', 'adam-bc']),
  ...signerFields,
  /** The day (UTC): a time of day would tell how long the run took, and so how large its lots were. */
  date: daySchema,
};

const privateReceiptSchema = z
  .strictObject({
    ...common,
    mechanism: z.literal('sampled-gaussian'),
    adjacency: z.literal('add-or-remove-one'),
    unit: z.literal('example'),
    /** q = lot size / public size, as it was given: a decimal number would round it. */
    samplingRate: z.templateLiteral([z.string().regex(/^[1-9]\d{0,14}$/), '/', z.string().regex(/^[1-9]\d{0,14}$/)]),
    /** Standard deviation of the noise on the sum, in units of `clipNorm`. */
    noiseMultiplier: positive,
    /** L2 bound on one record's gradient over all trained parameters. */
    clipNorm: positive,
    /** What the noisy sum is divided by, whatever the lot. */
    denominator: z.int().positive(),
    /** Steps planned; all of them are paid for. */
    steps: z.int().positive(),
    delta: positive.lt(1),
    epsilon: z.strictObject({
      /** What is claimed: the smaller of the two bounds. */
      enforced: z.number().nonnegative(),
      pld: z.strictObject({ add: bound, remove: bound }),
      rdp: z.strictObject({ epsilon: bound, order: positive }),
    }),
    accountant: z.strictObject({
      name: z.literal(ACCOUNTANT.name),
      version: z.literal(ACCOUNTANT.version),
      /** Those that hold for this kind of noise. */
      bounds: z.enum(NOISE_MODES.map((mode) => NOISE_ACCOUNTANTS[mode].bounds)),
    }),
    sampler: z.literal('poisson'),
    clipping: z.enum(['flat', 'auto-s']),
    noise: z.enum([...NOISE_MODES, 'insecure-test']),
    rng: z.enum(['operating-system', 'seeded']),
    /** False for noise that somebody could repeat. */
    secure: z.boolean(),
    /** Whether the prompt is the one that was made, or the best of several that were. */
    selection: z.discriminatedUnion('procedure', [
      z.strictObject({ procedure: z.literal('none') }),
      z.strictObject({ procedure: z.literal('best-of'), trials: trialLawSchema }),
    ]),
    /**
     * The owner's ledger at the last step of the run. An owner, and whoever keeps receipts, can tell by it a ledger that went back behind it.
     * The sums over all runs in the ledger are the owner's word: nobody else can compute them again.
     */
    ledger: z.strictObject({
      sequence: z.int().nonnegative(),
      previousHash: hash,
      headHash: hash,
      /** Epsilon of all private runs in the ledger together, at this delta. */
      cumulativeEpsilon: z.number().nonnegative(),
      runsWithoutPrivacy: z.int().nonnegative(),
    }),
    /** HMAC of run and data set with a secret of the owner: a plain hash would let anybody test a guess of the data. */
    dataset: z.templateLiteral(['hmac-sha256:', hash]),
  })
  .refine(({ secure, noise, rng }) => secure === (noise !== 'insecure-test' && rng === 'operating-system'), {
    path: ['secure'],
    message: 'does not agree with noise and rng',
  })
  .refine(
    ({ noise, accountant }) => noise === 'insecure-test' || accountant.bounds === NOISE_ACCOUNTANTS[noise].bounds,
    {
      path: ['accountant'],
      message: 'names bounds that do not hold for this noise',
    },
  );

const openReceiptSchema = z.strictObject({
  ...common,
  /** Tuned without privacy, because --no-dp was typed. */
  mechanism: z.literal('none'),
  epsilon: z.null(),
});

export const receiptSchema = z.discriminatedUnion('mechanism', [privateReceiptSchema, openReceiptSchema]);

export type PrivateReceipt = Readonly<z.infer<typeof privateReceiptSchema>>;
export type Receipt = Readonly<z.infer<typeof receiptSchema>>;

/** A receipt that is not signed yet. */
export type ReceiptBody = Unsigned<Receipt>;
