/** @file One text being written: from logits to the next token, to the piece of text it adds, to the end. */

import type { Tokenizer } from '@softpost/shared/text/tokenizer';
import { createSampler, type SamplingOptions } from './sampling.ts';
import { createStopStrings } from './stop-strings.ts';
import { createTextStream } from './text-stream.ts';

export interface WritingOptions extends SamplingOptions {
  readonly maxTokens: number;
  readonly stop: readonly string[];
}

/** `stop`: the model's end token or a stop string; `length`: maxTokens. */
export type FinishReason = 'stop' | 'length';

/** One more token: what to show of it, and whether it was the last. */
export interface Written {
  readonly token: number;
  readonly text: string;
  readonly finish: FinishReason | undefined;
}

export interface Writer {
  /** Tokens so far, the end token included. */
  readonly tokens: number;
  /** @throws NON_FINITE */
  next(logits: Float32Array): Written;
}

/** @param before the tokens that the text goes on from */
export function createWriter(tokenizer: Tokenizer, before: readonly number[], options: WritingOptions): Writer {
  const sample = createSampler(options);
  const stream = createTextStream(tokenizer, before);
  const stops = createStopStrings(options.stop);
  let tokens = 0;
  return {
    get tokens() {
      return tokens;
    },
    next: (logits) => {
      const token = sample(logits);
      tokens += 1;
      if (token === tokenizer.eosId) return { token, text: stops.rest(), finish: 'stop' };
      const { text, stopped } = stops.push(stream.push(token));
      if (stopped) return { token, text, finish: 'stop' };
      if (tokens === options.maxTokens) return { token, text: text + stops.rest(), finish: 'length' };
      return { token, text, finish: undefined };
    },
  };
}
