/**
 * @file Bodies of the OpenAI API as far as they are served. What would change the answer and is not served is refused, unless it
 * asks for what happens anyway (`n: 1`).
 */

import { SoftpostError } from '@softpost/shared/errors';
import * as z from 'zod';

/** Parameters of both endpoints. */
const common = {
  model: z.string().max(300).describe('<teacher>+<prompt id>'),
  stream: z.boolean().nullish(),
  stream_options: z.strictObject({ include_usage: z.boolean().nullish() }).nullish(),
  temperature: z.number().min(0).max(2).nullish().describe('0 is greedy; 1 when left out'),
  top_p: z.number().gt(0).max(1).nullish(),
  stop: z.union([z.string(), z.array(z.string()).max(16)]).nullish(),
  seed: z.int().nullish(),
  n: z.literal(1).nullish(),
  presence_penalty: z.literal(0).nullish(),
  frequency_penalty: z.literal(0).nullish(),
  logit_bias: z.strictObject({}).nullish(),
  user: z.string().nullish().describe('ignored'),
};
const maxTokens = z.int().min(1).nullish();

export const CompletionBody = z.strictObject({
  ...common,
  prompt: z.union([z.string(), z.array(z.string()).length(1)]),
  max_tokens: maxTokens.describe('16 when left out'),
  best_of: z.literal(1).nullish(),
  echo: z.literal(false).nullish(),
  logprobs: z.literal(0).nullish(),
  suffix: z.literal('').nullish(),
});

const TextPart = z.strictObject({ type: z.literal('text'), text: z.string() });

export const ChatBody = z.strictObject({
  ...common,
  messages: z
    .array(
      z.strictObject({
        role: z.enum(['system', 'developer', 'user', 'assistant']),
        content: z.union([z.string(), z.array(TextPart)]),
        name: z.string().nullish().describe('ignored'),
      }),
    )
    .min(1)
    .max(1000),
  max_tokens: maxTokens,
  max_completion_tokens: maxTokens.describe('as many as fit, at most 64, when left out'),
  logprobs: z.literal(false).nullish(),
  response_format: z.strictObject({ type: z.literal('text') }).nullish(),
});

/** @throws BAD_REQUEST naming the key */
export function parseBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const { data, error } = schema.safeParse(body);
  if (!error) return data;
  const [issue] = error.issues;
  const key = z.core.toDotPath(issue?.path ?? []);
  throw new SoftpostError('BAD_REQUEST', [key, issue?.message].filter(Boolean).join(': '));
}
