/** @file What a manifest says of a student, read from the folder that distillation wrote; and the refusal of one that is too much like its teacher. */

import { join } from 'node:path';
import { fileDigest } from '@softpost/shared/artifact/digest';
import { modelFiles } from '@softpost/shared/artifact/model-digest';
import { readJson, shortPath, withFile } from '@softpost/shared/artifact/read-file';
import { SoftpostError } from '@softpost/shared/errors';
import type { ManifestBody } from '@softpost/shared/manifest/manifest';
import { digestsOf, type StudentFile } from '@softpost/shared/manifest/student-files';
import { openLanguageModel } from '@softpost/shared/model/language-model';
import { z } from 'zod';
import { embeddingNorms } from './embedding-norms.ts';

export type StudentDescription = Pick<
  ManifestBody,
  'files' | 'modelDigest' | 'tokenizerDigest' | 'architecture' | 'parameterCount' | 'embeddingNorms' | 'distillation'
>;

/**
 * Most agreement with the teacher that is published without being asked. Students of two layers out of eight came to 0.25 to 0.49;
 * above three quarters an owner would be given much of the teacher.
 */
export const DEFAULT_STRENGTH_LIMIT = 0.75;

/** The part of distillation.json that is published; the corpus and the loss curve are the provider's own affair. */
const reportSchema = z.object({
  version: z.literal(1),
  corpus: z.object({ heldOutRows: z.int().positive() }),
  parameters: z.object({ total: z.int().positive() }),
  heldOut: z.object({
    after: z.object({
      teacherPerplexity: z.number(),
      studentPerplexity: z.number(),
      agreement: z.number(),
      kl: z.number(),
    }),
  }),
});

const REPORT = 'distillation.json';

/**
 * Reads every weight once, so it belongs into a compute process.
 * @param strengthLimit most share of the held-out tokens asked for at which student and teacher may put the same token first
 * @throws SoftpostError STUDENT_TOO_STRONG; BAD_MANIFEST for a report that is not this student's; and what opening a model throws
 */
export async function describeStudent(dir: string, strengthLimit: number): Promise<StudentDescription> {
  const report = await readJson(join(dir, REPORT), reportSchema, { maxBytes: 16 << 20, code: 'BAD_MANIFEST' });
  const { agreement } = report.heldOut.after;
  if (agreement > strengthLimit) {
    throw new SoftpostError(
      'STUDENT_TOO_STRONG',
      `${shortPath(dir)} agrees with its teacher at ${agreement} of the held-out tokens; the limit is ${strengthLimit}`,
    );
  }
  const model = await openLanguageModel(dir);
  const { kind: objective, modelType, layers, hiddenSize, vocabularySize } = model.architecture;
  const parameterCount = countParameters(model.architecture.tensorShapes());
  if (parameterCount !== report.parameters.total) {
    throw new SoftpostError(
      'BAD_MANIFEST',
      `${shortPath(join(dir, REPORT))} is about ${report.parameters.total} parameters, the model has ${parameterCount}`,
    );
  }
  const files = await describeFiles(dir);
  const digests = digestsOf(files);
  return {
    files,
    modelDigest: digests.model,
    tokenizerDigest: digests.tokenizer,
    architecture: { objective, modelType, layers, hiddenSize, vocabularySize },
    parameterCount,
    embeddingNorms: await embeddingNorms(model),
    distillation: { heldOutRows: report.corpus.heldOutRows, ...report.heldOut.after },
  };
}

async function describeFiles(dir: string): Promise<readonly StudentFile[]> {
  const files: StudentFile[] = [];
  for (const name of (await modelFiles(dir)).toSorted()) {
    const path = join(dir, name);
    const sizeBytes = await withFile(path, async (_file, size) => size);
    files.push({ name, sizeBytes, digest: await fileDigest(path) });
  }
  return files;
}

function countParameters(shapes: ReadonlyMap<string, readonly number[]>): number {
  return [...shapes.values()].reduce((sum, shape) => sum + shape.reduce((product, size) => product * size, 1), 0);
}
