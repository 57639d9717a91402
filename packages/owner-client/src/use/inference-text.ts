/** @file Texts for the teacher: the one kind of text that leaves the site, and only because the user says so for each. */

import { SoftpostError } from '@softpost/shared/errors';

const EXPLICIT: unique symbol = Symbol('inference texts');

/** Texts that the user gave away by calling `textsToSend`. The provider reads them; no epsilon covers them. */
export interface InferenceTexts {
  readonly texts: readonly string[];
  readonly [EXPLICIT]: true;
}

/** The beginning of a completion, and what ends it; given away by calling `textToComplete`, as InferenceTexts are. */
export interface TextToComplete {
  readonly text: string;
  /** A completion ends before the first of these. */
  readonly stop: readonly string[];
  readonly [EXPLICIT]: true;
}

const MAX_TEXTS = 256;
/** In UTF-16 code units, all texts together: well below the size of a message. */
const MAX_LENGTH = 1 << 20;
const MAX_STOPS = { count: 16, length: 256 } as const;

/** @throws SoftpostError BAD_OPTION for no text, an empty one, or more than one message takes */
export function textsToSend(texts: readonly string[]): InferenceTexts {
  if (texts.length < 1 || texts.length > MAX_TEXTS) {
    throw new SoftpostError('BAD_OPTION', `1 to ${MAX_TEXTS} texts are sent at a time, not ${texts.length}`);
  }
  requireContent(texts);
  return Object.freeze({ texts: Object.freeze([...texts]), [EXPLICIT]: true } as const);
}

/** @throws SoftpostError BAD_OPTION for an empty text or stop, more stops or longer ones than the provider takes, or too long a text */
export function textToComplete(text: string, stop: readonly string[] = []): TextToComplete {
  requireContent([text]);
  if (stop.length > MAX_STOPS.count || stop.some(({ length }) => length < 1 || length > MAX_STOPS.length)) {
    const message = `at most ${MAX_STOPS.count} stops of 1 to ${MAX_STOPS.length} characters are sent`;
    throw new SoftpostError('BAD_OPTION', message);
  }
  return Object.freeze({ text, stop: Object.freeze([...stop]), [EXPLICIT]: true } as const);
}

/** Whether `value` came from one of the two above, whatever its type says. */
export function isGivenAway(value: unknown): value is InferenceTexts | TextToComplete {
  return typeof value === 'object' && value !== null && EXPLICIT in value;
}

function requireContent(texts: readonly string[]): void {
  if (texts.some((text) => text.trim() === '')) throw new SoftpostError('BAD_OPTION', 'a text is empty');
  if (texts.reduce((sum, text) => sum + text.length, 0) > MAX_LENGTH) {
    throw new SoftpostError('BAD_OPTION', `more than ${MAX_LENGTH} characters are not sent at a time`);
  }
}
