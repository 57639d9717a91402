/** @file What is read off the model at the scored position: all logits, or one score for each label. */

import { symbol } from '../engine/dim.ts';
import type { Tensor } from '../engine/graph.ts';
import { gather, gemm } from '../engine/ops.ts';
import type { Feeds } from '../engine/program.ts';
import type { Architecture, Weights } from '../model/architecture.ts';
import { lastHidden, scoredLogits, vocabularyLogits } from '../model/language-model.ts';
import type { RowLayout } from '../model/row-layout.ts';
import type { Verbalizer } from '../text/verbalizer.ts';

/** Numbers for each text, as a graph and the inputs it needs beside the layout's. */
export interface Readout {
  /** How many numbers. */
  readonly width: number;
  /** [B, width] */
  build(architecture: Architecture, weights: Weights, layout: RowLayout): Tensor;
  readonly feeds: Feeds;
  /** The symbol W: number of label words. */
  readonly words: number;
}

/** Vocabulary logits z(x) [B, V]. */
export function vocabularyReadout({ vocabularySize }: Architecture): Readout {
  return { width: vocabularySize, build: scoredLogits, feeds: {}, words: 0 };
}

/** Label scores [B, labels]: the mean logit over each label's words. No other logit is computed. */
export function labelReadout({ wordIds, meanWeights, labelCount }: Verbalizer): Readout {
  return {
    width: labelCount,
    build: (architecture, weights, layout) => {
      const hidden = architecture.headInput(weights, lastHidden(architecture, weights, layout, 'scored'));
      const words = symbol('W');
      const ids = hidden.graph.input('wordIds', [words], 'i32');
      const { matrix, bias } = architecture.head(weights);
      const logits = vocabularyLogits(hidden, { matrix: gather(matrix, ids), bias: bias && gather(bias, ids) });
      return gemm(logits, hidden.graph.input('meanWeights', [words, labelCount]));
    },
    feeds: { wordIds, meanWeights },
    words: wordIds.length,
  };
}
