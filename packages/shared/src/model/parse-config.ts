/** @file Reading of config.json: what an architecture needs, with the key named when it is wrong. */

import type { z } from 'zod';
import { SoftpostError } from '../errors.ts';

/** @throws BAD_MODEL_CONFIG naming the key. */
export function parseConfig<Schema extends z.ZodType>(
  modelType: string,
  schema: Schema,
  config: unknown,
): z.infer<Schema> {
  const parsed = schema.safeParse(config);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new SoftpostError(
    'BAD_MODEL_CONFIG',
    `config.json (${modelType}): ${issue!.path.join('.') || 'the file'}: ${issue!.message}`,
  );
}

/** Size of one head where config.json does not give it. @throws BAD_MODEL_CONFIG when the heads do not divide the hidden size */
export function dividedHeadSize(modelType: string, hiddenSize: number, heads: number): number {
  if (hiddenSize % heads === 0) return hiddenSize / heads;
  throw new SoftpostError(
    'BAD_MODEL_CONFIG',
    `config.json (${modelType}): hidden size ${hiddenSize} is not a multiple of ${heads} attention heads`,
  );
}
