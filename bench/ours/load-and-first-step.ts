/** @file Loading a model for transfer and its first step. One step a process: start it anew for every sample. */

import { openTransferProgram } from '@softpost/provider-server/transfer/transfer-program';
import { openLanguageModel } from '@softpost/shared/model/language-model';
import { randomPrompt, randomTexts, readArguments, residentMegabytes, serve } from './serve.ts';

const options = readArguments();
const { batch, prompt, threads, prepack } = options;

await serve(async () => {
  const baseRss = residentMegabytes();
  const start = performance.now();
  const teacher = await openLanguageModel(options.model);
  const program = await openTransferProgram(teacher, prompt, { threads, prepack });
  const loaded = performance.now();
  const rss = residentMegabytes();
  const { vocabularySize, hiddenSize } = teacher.architecture;
  const uniform = new Float32Array(batch * vocabularySize).fill(1 / vocabularySize);
  const entropy = new Float32Array(batch).fill(-Math.log(vocabularySize));
  await program.step(
    randomPrompt(options, hiddenSize),
    randomTexts(options, vocabularySize),
    { answer: uniform, movement: uniform, unprompted: uniform, answerEntropy: entropy, movementEntropy: entropy },
    0.5,
  );
  return { load_ms: loaded - start, first_step_ms: performance.now() - loaded, base_rss_mb: baseRss, rss_mb: rss };
});
