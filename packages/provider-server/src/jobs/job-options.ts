/** @file What each kind of job is asked to do. Checked when the job is made and again when it is read. */

import { z } from 'zod';
import { checkValue } from '@softpost/shared/artifact/read-file';
import type { JobKind } from '../store/rows.ts';

/** Of teachers, students and data sets: they are names in messages and files. */
const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'expected 1 to 100 of A-Z a-z 0-9 . _ -');
const steps = z.int().min(1).max(10_000_000);
const seed = z.int().nonnegative();

export const JOB_OPTIONS = {
  distill: z.strictObject({
    teacherId: name,
    /** Its texts are the corpus. */
    datasetId: name,
    /** Of the student that it makes. */
    studentId: name,
    layers: z.array(z.int().nonnegative()).min(1).optional(),
    steps: steps.optional(),
    seed: seed.optional(),
  }),
  publish: z.strictObject({
    /** The distillation whose student is published. */
    distillJobId: z.uuid(),
    validDays: z.int().min(1).max(3650).default(365),
  }),
  transfer: z.strictObject({
    submissionId: z.uuid(),
    teacherId: name,
    /** Left out: the provider's first. */
    datasetId: name.optional(),
    alpha: z.union([z.literal('auto'), z.number().min(0).max(1)]).optional(),
    compare: z.enum(['vocabulary', 'labels']).optional(),
    steps: steps.optional(),
    seed: seed.optional(),
  }),
  evaluate: z.strictObject({
    teacherId: name,
    /** With the tenant it belongs to; left out: zero-shot. */
    prompt: z.strictObject({ tenantId: z.uuid(), promptId: z.uuid() }).optional(),
    datasetId: name,
  }),
} as const satisfies Record<JobKind, z.ZodType>;

export type JobOptions<Kind extends JobKind = JobKind> = z.output<(typeof JOB_OPTIONS)[Kind]>;

/** @throws BAD_OPTION naming the field */
export function checkJobOptions<Kind extends JobKind>(kind: Kind, value: unknown): JobOptions<Kind> {
  const schema = JOB_OPTIONS[kind] as unknown as z.ZodType<JobOptions<Kind>>;
  return checkValue(`options of a ${kind} job`, value, schema, 'BAD_OPTION');
}
