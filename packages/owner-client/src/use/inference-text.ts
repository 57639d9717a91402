/** @file Texts for the teacher: the one kind of text that leaves the site, and only because the user says so for each. */

import { SoftpostError } from '@softpost/shared/errors';

const EXPLICIT: unique symbol = Symbol('inference texts');

/** Texts that the user gave away by calling `textsToSend`. The provider reads them; no epsilon covers them. */
export interface InferenceTexts {
  readonly texts: readonly string[];
  readonly [EXPLICIT]: true;
}

const MAX_TEXTS = 256;
/** In UTF-16 code units, all texts together: well below the size of a message. */
const MAX_LENGTH = 1 << 20;

/** @throws SoftpostError BAD_OPTION for no text, an empty one, or more than one message takes */
export function textsToSend(texts: readonly string[]): InferenceTexts {
  if (texts.length < 1 || texts.length > MAX_TEXTS) {
    throw new SoftpostError('BAD_OPTION', `1 to ${MAX_TEXTS} texts are sent at a time, not ${texts.length}`);
  }
  if (texts.some((text) => text.trim() === '')) throw new SoftpostError('BAD_OPTION', 'a text is empty');
  if (texts.reduce((sum, text) => sum + text.length, 0) > MAX_LENGTH) {
    throw new SoftpostError('BAD_OPTION', `the texts have more than ${MAX_LENGTH} characters together`);
  }
  return Object.freeze({ texts: Object.freeze([...texts]), [EXPLICIT]: true } as const);
}

/** Whether `value` came from `textsToSend`, whatever its type says. */
export function areTextsToSend(value: unknown): value is InferenceTexts {
  return typeof value === 'object' && value !== null && EXPLICIT in value;
}
