/** @file What a distillation is asked to do, and the defaults (POST, arXiv 2506.16196, table 8, where it states them). */

/**
 * Which vocabulary matrices the student keeps exactly as the teacher has them. `head` is the variant the paper found best:
 * the embedding trains and the head is a fixed copy, so a tied model comes out untied (`tie_word_embeddings` false and a
 * head tensor of its own: larger files). `none` keeps a tied teacher tied, and both train as one matrix.
 */
export const FREEZING = ['none', 'head', 'embedding', 'both'] as const;
export type Freezing = (typeof FREEZING)[number];

/** Factors of the three losses; see losses.ts. */
export interface LossWeights {
  readonly kl: number;
  readonly lm: number;
  readonly cosine: number;
}

export interface DistillOptions {
  readonly teacherDir: string;
  /** Plain text, one paragraph a line. */
  readonly corpusFile: string;
  readonly outDir: string;
  /** Teacher layers to keep, counted from 0. @default first and last; of 24 or more layers the first two and last two */
  readonly layers?: readonly number[] | undefined;
  readonly freeze: Freezing;
  readonly steps: number;
  /** Sequences a step. */
  readonly batch: number;
  /** Tokens a sequence; the teacher's positions limit it. */
  readonly length: number;
  /** Peak of AdamW's learning rate: linear warm-up over the first twentieth of the steps, then half a cosine to 0. */
  readonly learningRate: number;
  readonly weightDecay: number;
  /** Largest L2 norm of the whole gradient. */
  readonly maxNorm: number;
  readonly weights: LossWeights;
  /** T, the temperature of the distillation loss. */
  readonly temperature: number;
  /** Most of the corpus that is held out, as a share of its paragraphs. */
  readonly heldOutShare: number;
  /** Most held-out sequences. */
  readonly heldOutRows: number;
  /** Of data order, held-out split and masking. */
  readonly seed: number;
  /** Steps between two checkpoints. */
  readonly checkpointEvery: number;
  /**
   * Most bytes of one array of logits: at most so many rows of both models have their logits at once (but always one).
   * The peak of memory follows from it: memory-need.ts.
   */
  readonly maxLogitBytes: number;
  readonly threads?: number | undefined;
}

/** Defaults for all but paths. */
export const DISTILL_DEFAULTS = {
  freeze: 'none',
  steps: 1000,
  batch: 8,
  length: 128,
  learningRate: 2.5e-4,
  weightDecay: 0.01,
  maxNorm: 5,
  weights: { kl: 5, lm: 2, cosine: 1 },
  temperature: 2,
  heldOutShare: 0.05,
  heldOutRows: 64,
  seed: 1,
  checkpointEvery: 200,
  maxLogitBytes: 2 ** 27,
} as const satisfies Partial<DistillOptions>;
