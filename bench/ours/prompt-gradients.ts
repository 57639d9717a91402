/** @file Per-example prompt gradients of a lot, not yet clipped: the dear part of a step of PromptDPSGD. */

import { openLanguageModel } from '@softpost/shared/model/language-model';
import { openGradientProgram } from '@softpost/shared/prompt-tuning/task-gradient';
import type { Verbalizer } from '@softpost/shared/text/verbalizer';
import { randomPrompt, randomTexts, readArguments, serve } from './serve.ts';

const LABELS = 2;

const options = readArguments();
const model = await openLanguageModel(options.student);
const { vocabularySize, hiddenSize } = model.architecture;
const examples = randomTexts(options, vocabularySize).map((input, row) => ({ input, label: row % LABELS }));
/** One word a label. */
const verbalizer: Verbalizer = {
  wordIds: Int32Array.of(100, 200),
  labelOf: Int32Array.of(0, 1),
  meanWeights: Float32Array.of(1, 0, 0, 1),
  labelCount: LABELS,
};
const program = await openGradientProgram({ model, verbalizer }, options.prompt, options.threads);
const prompt = randomPrompt(options, hiddenSize);

await serve(async () => {
  await program.run(prompt, examples);
});
