/** @file Answers of the OpenAI API: whole, and in chunks of a stream. */

import type { Usage } from '../serve/engine.ts';
import type { FinishReason } from '../serve/writer.ts';

/** One answer being given, in the form of its endpoint. */
export interface AnswerForm {
  whole(text: string, finish: FinishReason, usage: Usage): object;
  /** The first has no text. */
  chunk(text: string, finish: FinishReason | null): object;
  /** A last chunk for those who ask for it. */
  usageChunk(usage: Usage): object;
}

interface Head {
  readonly id: string;
  readonly model: string;
  /** Seconds since 1970. */
  readonly created: number;
}

export function completionForm(head: Head): AnswerForm {
  const object = 'text_completion';
  const choice = (text: string, finish: FinishReason | null): object => ({
    index: 0,
    text,
    logprobs: null,
    finish_reason: finish,
  });
  return {
    whole: (text, finish, usage) => ({ ...head, object, choices: [choice(text, finish)], usage: usageOf(usage) }),
    chunk: (text, finish) => ({ ...head, object, choices: [choice(text, finish)] }),
    usageChunk: (usage) => ({ ...head, object, choices: [], usage: usageOf(usage) }),
  };
}

export function chatForm(head: Head): AnswerForm {
  const object = 'chat.completion.chunk';
  let hasBegun = false;
  return {
    whole: (text, finish, usage) => ({
      ...head,
      object: 'chat.completion',
      choices: [{ index: 0, message: { role: 'assistant', content: text }, logprobs: null, finish_reason: finish }],
      usage: usageOf(usage),
    }),
    chunk: (content, finish) => {
      const delta = { ...(hasBegun ? {} : { role: 'assistant' }), ...(finish ? {} : { content }) };
      hasBegun = true;
      return { ...head, object, choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }] };
    },
    usageChunk: (usage) => ({ ...head, object, choices: [], usage: usageOf(usage) }),
  };
}

/** Virtual tokens are no part of what clients add up: they are the provider's own rows, not the caller's text. */
function usageOf({ inputTokens, outputTokens, virtualTokens }: Usage): object {
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
    virtual_tokens: virtualTokens,
  };
}
