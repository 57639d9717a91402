/** @file softpost.json: what a soft prompt was made for, from what, and under which privacy guarantee. */
import { z } from 'zod';
import { digestSchema } from './digest.ts';

const positive = z.number().positive();

/** Of the whole training run; a transferred prompt carries its student prompt's statement (post-processing changes nothing). */
export const privacyStatementSchema = z.discriminatedUnion('dp', [
  z.strictObject({
    dp: z.literal(true),
    epsilon: positive,
    delta: positive.lt(1),
    noiseMultiplier: positive,
    samplingRate: positive.max(1),
    steps: z.int().positive(),
    clipNorm: positive,
    /** How the noise was made, and how gradients were brought within the clip norm: docs/privacy.md. */
    noiseMode: z.enum(['rounded', 'exact']),
    clipping: z.enum(['flat', 'auto-s']),
    /** What computed epsilon, such as `rdp` or `pld`. */
    accountant: z.string().min(1),
  }),
  z.strictObject({ dp: z.literal(false) }),
]);

export const promptCardSchema = z
  .strictObject({
    version: z.literal(1),
    /** The name in the task file. */
    task: z.string().min(1),
    /** The step that made the prompt; `direct` is the baseline that gives the student's prompt to the teacher as it is. */
    step: z.enum(['tune', 'transfer', 'direct']),
    /** The model the prompt works on. */
    belongsTo: z.enum(['student', 'teacher']),
    /** That model's name, for people and for PEFT, and how it predicts. */
    model: z.strictObject({ name: z.string().min(1), objective: z.enum(['causal', 'masked']) }),
    digests: z.strictObject({
      student: digestSchema.optional(),
      teacher: digestSchema.optional(),
      tokenizer: digestSchema,
      /** Of a transferred prompt: the values of the student's prompt it was made from, which its receipt is about. */
      studentPrompt: digestSchema.optional(),
    }),
    privacy: privacyStatementSchema,
    /** Hyper-parameters and measurements that may leave the site: never anything computed from private records. */
    details: z.record(z.string(), z.json()),
  })
  .refine(({ belongsTo, digests }) => digests[belongsTo] !== undefined, {
    path: ['digests'],
    message: 'the digest of the model it belongs to is missing',
  });

export type PrivacyStatement = Readonly<z.infer<typeof privacyStatementSchema>>;
export type PromptCard = Readonly<z.infer<typeof promptCardSchema>>;
