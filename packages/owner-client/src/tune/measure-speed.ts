/** @file How fast a student tunes on this machine, measured on made-up texts: no private record decides what is planned. */

import { SoftpostError } from '@softpost/shared/errors';
import { openLanguageModel } from '@softpost/shared/model/language-model';
import { clippedSum } from '@softpost/shared/prompt-tuning/plain-gradient';
import { openGradientProgram, type EncodedExample } from '@softpost/shared/prompt-tuning/task-gradient';
import { seededRandom } from '@softpost/shared/seeded-random';

export interface SpeedOptions {
  readonly studentDir: string;
  readonly virtualTokens: number;
  /** Tokens in each text. */
  readonly textTokens: number;
  readonly microbatch: number;
  readonly threads?: number | undefined;
}

export interface Speed {
  readonly examplesPerSecond: number;
  /** D */
  readonly hiddenSize: number;
}

/** Long enough to be told from start-up, short enough to wait for. */
const SECONDS = 2;

/** Gradients, clipping and summing, as in a step of `tune`; noise and optimiser are left out. @throws BAD_OPTION, and what opening a model throws */
export async function measureSpeed(
  options: SpeedOptions,
  { signal }: { readonly signal: AbortSignal },
): Promise<Speed> {
  const { studentDir, virtualTokens, textTokens, microbatch, threads } = options;
  const model = await openLanguageModel(studentDir);
  const { hiddenSize, maxPositions, vocabularySize } = model.architecture;
  if (textTokens + virtualTokens > maxPositions) {
    throw new SoftpostError(
      'BAD_OPTION',
      `${textTokens} tokens and ${virtualTokens} virtual tokens exceed the ${maxPositions} positions of ${studentDir}`,
    );
  }
  const program = await openGradientProgram({ model, verbalizer: TWO_WORDS }, virtualTokens, threads);
  try {
    const texts = madeUpTexts(microbatch, textTokens, vocabularySize);
    const prompt = new Float32Array(virtualTokens * hiddenSize);
    const pass = () => clippedSum(texts, program, prompt, 1, microbatch);
    // The first pass also allocates.
    await pass();
    const start = performance.now();
    let seconds = 0;
    let examples = 0;
    while (seconds < SECONDS) {
      signal.throwIfAborted();
      await pass();
      examples += texts.length;
      seconds = (performance.now() - start) / 1000;
    }
    return { examplesPerSecond: examples / seconds, hiddenSize };
  } finally {
    await program.dispose();
  }
}

/** Two labels of one word each: which words they are changes no cost. */
const TWO_WORDS = {
  wordIds: Int32Array.of(0, 1),
  labelOf: Int32Array.of(0, 1),
  meanWeights: Float32Array.of(1, 0, 0, 1),
  labelCount: 2,
};

function madeUpTexts(count: number, tokens: number, vocabularySize: number): readonly EncodedExample[] {
  const random = seededRandom(1);
  return Array.from({ length: count }, (_, index) => ({
    input: {
      inputIds: Int32Array.from({ length: tokens }, () => Math.floor(random() * vocabularySize)),
      scoredIndex: tokens - 1,
    },
    label: index % 2,
  }));
}
