/** @file A text that the teacher goes on with, by a transferred prompt. */

import { badAnswer, printableLines } from '../answers.ts';
import type { Egress, GenerateChoices } from '../egress.ts';
import type { Id } from '../ids.ts';
import type { TextToComplete } from './inference-text.ts';
import { NO_USAGE, type Usage } from './usage.ts';

export interface Completion {
  readonly text: string;
  /** `stop`: the model came to its end, or to a stop; `length`: it wrote as many tokens as it may. */
  readonly finishReason: 'stop' | 'length';
  readonly usage: Usage;
}

export interface GenerateContext {
  readonly signal: AbortSignal;
  /** Called with each piece of the completion as it comes. */
  readonly onText?: ((piece: string) => void) | undefined;
}

const FINISH_REASONS: Readonly<Record<string, Completion['finishReason']>> = {
  FINISH_REASON_STOP: 'stop',
  FINISH_REASON_LENGTH: 'length',
};

/** In UTF-16 code units: many times what the 1024 tokens come to that the protocol allows. */
const MAX_LENGTH = 1 << 20;

/**
 * Sends the text to the provider, who can read it. A completion whose connection is lost is not begun again: it would be another one.
 * @throws SoftpostError UNKNOWN_ID, CANNOT_GENERATE, CONTEXT_TOO_LONG, BAD_ANSWER, and what `Egress` throws
 */
export async function generate(
  egress: Egress,
  promptId: Id,
  text: TextToComplete,
  choices: GenerateChoices,
  { signal, onText }: GenerateContext,
): Promise<Completion> {
  let written = '';
  for await (const answer of egress.generate(promptId, text, choices, signal)) {
    const piece = printableLines(answer.text);
    written += piece;
    if (written.length > MAX_LENGTH) throw badAnswer('a completion does not end');
    if (piece !== '') onText?.(piece);
    const finishReason = FINISH_REASONS[answer.finishReason];
    if (finishReason !== undefined) return { text: written, finishReason, usage: answer.usage ?? NO_USAGE };
  }
  throw badAnswer('a completion stops without saying why');
}
