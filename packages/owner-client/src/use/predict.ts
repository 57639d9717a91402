/** @file Labels of texts by the teacher with a transferred prompt. */

import { badAnswer, printable } from '../answers.ts';
import type { Egress } from '../egress.ts';
import type { Id } from '../ids.ts';
import type { InferenceTexts } from './inference-text.ts';
import { NO_USAGE, type Usage } from './usage.ts';

export interface Prediction {
  readonly label: string;
  /** Of every label of the task, in its order. */
  readonly scores: readonly { readonly label: string; readonly probability: number }[];
}

export interface Predictions {
  /** In the order of the texts. */
  readonly predictions: readonly Prediction[];
  readonly usage: Usage;
}

/** Sends the texts to the provider, who can read them. @throws SoftpostError UNKNOWN_ID, BAD_ANSWER, and what `Egress` throws */
export async function predict(egress: Egress, promptId: Id, texts: InferenceTexts): Promise<Predictions> {
  const { classifications, usage } = await egress.classify(promptId, texts);
  if (classifications.length !== texts.texts.length) {
    throw badAnswer(`${classifications.length} classifications of ${texts.texts.length} texts`);
  }
  const predictions = classifications.map(({ label, scores }) => ({
    label: printable(label),
    scores: scores.map(({ label: name, probability }) => ({ label: printable(name), probability: share(probability) })),
  }));
  return { predictions, usage: usage ?? NO_USAGE };
}

function share(probability: number): number {
  if (probability >= 0 && probability <= 1) return probability;
  throw badAnswer('a probability is not between 0 and 1');
}
