/** @file A step of prompt transfer: both losses, the prompt's gradient and Adam, with the references of a transfer. */

import { buildReferences, unpromptedLogits } from '@softpost/provider-server/transfer/references';
import { openTransferProgram } from '@softpost/provider-server/transfer/transfer-program';
import { openLanguageModel } from '@softpost/shared/model/language-model';
import { adamW } from '@softpost/shared/optim/adamw';
import { randomPrompt, randomTexts, readArguments, serve } from './serve.ts';

const options = readArguments();
const { batch, prompt: virtualTokens, threads, prepack } = options;
const teacher = await openLanguageModel(options.model);
const student = await openLanguageModel(options.student);
const { vocabularySize, hiddenSize } = teacher.architecture;
const texts = randomTexts(options, vocabularySize);
let prompt = randomPrompt(options, hiddenSize);
const unprompted = await unpromptedLogits(teacher, texts, { threads });
const studentPrompt = { embeddings: randomPrompt(options, student.architecture.hiddenSize), virtualTokens };
const references = await buildReferences(
  student,
  { ...studentPrompt, hiddenSize: student.architecture.hiddenSize },
  texts,
  unprompted,
  { threads },
);
const program = await openTransferProgram(teacher, virtualTokens, { threads, prepack });
const optimiser = adamW({ learningRate: 1e-3 });
let state = optimiser.init(prompt);
const rows = Array.from({ length: batch }, (_, row) => row);

await serve(async () => {
  const { gradient } = await program.step(prompt, texts, references.rows(rows), 0.5);
  ({ parameters: prompt, state } = optimiser.update(gradient, state, prompt));
});
