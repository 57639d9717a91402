/** @file The student manifest: what the provider says that a student is, and until when, to be signed and listed in its log. */

import { z } from 'zod';
import { digestSchema } from '../artifact/digest.ts';
import { daySchema } from '../signature/day.ts';
import { signerFields, type Unsigned } from '../signature/signed-document.ts';
import { digestsOf, studentFilesSchema } from './student-files.ts';

/** Names of students and teachers, fit for a file name, a URL and a line on a terminal. */
export const modelIdSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/);

/** Versions of a student count up from 1; proto carries them in 32 bits. */
export const studentVersionSchema = z
  .int()
  .min(1)
  .max(2 ** 31 - 1);

const count = z.int().positive();
const measure = z.number().nonnegative();

export const manifestSchema = z
  .strictObject({
    type: z.literal('softpost-student'),
    version: z.literal(1),
    /** The line of students, the same for all versions. */
    studentId: modelIdSchema,
    studentVersion: studentVersionSchema,
    teacherId: modelIdSchema,
    files: studentFilesSchema,
    /** Over all files, as artifact/model-digest.ts computes it: what receipts and prompts name the student by. */
    modelDigest: digestSchema,
    tokenizerDigest: digestSchema,
    architecture: z.strictObject({
      /** Whether it predicts the next token or a masked one. */
      objective: z.enum(['causal', 'masked']),
      modelType: z.string().regex(/^[a-z0-9_]{1,32}$/),
      layers: count,
      hiddenSize: count,
      vocabularySize: count,
    }),
    parameterCount: count,
    /** L2 norms of the rows of the embedding table: the 1% quantile and the 99% quantile. A prompt's rows are of this order. */
    embeddingNorms: z.strictObject({ low: measure, high: z.number().positive() }),
    /** On text that neither the student nor its choice has seen, as distillation measured it. */
    distillation: z.strictObject({
      heldOutRows: count,
      teacherPerplexity: measure,
      studentPerplexity: measure,
      /** Share of positions at which both models put the same token first. */
      agreement: measure.max(1),
      /** Mean KL(teacher ‖ student), in nats. */
      kl: measure,
    }),
    /** First and last day (UTC) on which it is valid. */
    issuedDay: daySchema,
    expiresDay: daySchema,
    ...signerFields,
  })
  .superRefine(({ files, modelDigest, tokenizerDigest, issuedDay, expiresDay, embeddingNorms }, context) => {
    const { model, tokenizer } = digestsOf(files);
    const refuse = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message });
    if (modelDigest !== model) refuse('modelDigest', 'not that of the files listed');
    if (tokenizerDigest !== tokenizer) refuse('tokenizerDigest', 'not that of the tokenizer files listed');
    if (expiresDay < issuedDay) refuse('expiresDay', 'before issuedDay');
    if (embeddingNorms.low > embeddingNorms.high) refuse('embeddingNorms', 'low is above high');
  });

export type Manifest = Readonly<z.infer<typeof manifestSchema>>;
/** A manifest that is not signed yet. */
export type ManifestBody = Unsigned<Manifest>;
