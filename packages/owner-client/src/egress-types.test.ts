/** @file What egress does not take, by its types alone: the step `types` of `npm test` fails where one of these lines is no error. */

import { expect, test } from 'vitest';
import type { Egress } from './egress.ts';
import type { Id } from './ids.ts';
import type { PrivateExamples } from './private-data/private-examples.ts';
import type { SealedPrompt } from './release/sealed-prompt.ts';
import type { SealedSubmission } from './release/sealed-submission.ts';
import type { InferenceTexts, TextToComplete } from './use/inference-text.ts';

interface Site {
  readonly egress: Egress;
  readonly id: Id;
  readonly examples: PrivateExamples;
  readonly prompt: SealedPrompt;
  readonly submission: SealedSubmission;
  readonly signal: AbortSignal;
}

// Kills: a brand taken off a sealed prompt, a sealed submission, an id or the texts of an inference.
const REFUSED: readonly ((site: Site) => unknown)[] = [
  // @ts-expect-error -- private examples are no submission
  ({ egress, examples }) => egress.submit(examples),
  // @ts-expect-error -- a sealed prompt lacks its envelope
  ({ egress, prompt }) => egress.submit(prompt),
  // @ts-expect-error -- what looks like a sealed prompt is none
  ({ egress }) => egress.submit({ prompt: new Uint8Array(), receipt: '' }),
  ({ egress, submission: { idempotencyKey, studentId, studentVersion, prompt, receipt, task, choices, envelope } }) =>
    // @ts-expect-error -- nor is a submission that was put together by hand
    egress.submit({ idempotencyKey, studentId, studentVersion, prompt, receipt, task, choices, envelope }),
  // @ts-expect-error -- private examples are no texts to send
  ({ egress, id, examples }) => egress.classify(id, examples),
  // @ts-expect-error -- nor are texts that nobody gave away
  ({ egress, id }) => egress.classify(id, { texts: ['private'] }),
  // @ts-expect-error -- nor is a list of texts
  ({ egress, id }) => egress.classify(id, ['private']),
  // @ts-expect-error -- nor is one text
  ({ egress, id, signal }) => egress.generate(id, 'private', {}, signal),
  // @ts-expect-error -- nor does what is classified say where a completion ends
  ({ egress, id, signal }) => egress.generate(id, {} as InferenceTexts, {}, signal),
  // @ts-expect-error -- a text is no id
  ({ egress }) => egress.getJob('private'),
  // @ts-expect-error -- nor may it stand for one
  ({ egress, id }) => egress.retransfer(id, id, 'private'),
  // @ts-expect-error -- and no message has room for one more
  ({ egress, id, signal, examples }) => egress.generate(id, {} as TextToComplete, { examples }, signal),
];

test('there is a list of what egress refuses, and the compiler has read it', () => {
  expect(REFUSED.length).toBeGreaterThan(10);
});
