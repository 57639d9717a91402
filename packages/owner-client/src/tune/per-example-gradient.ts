/** @file Gradients of the task loss with respect to the soft prompt, one for every example. */

import { Graph, type Tensor } from '@softpost/shared/engine/graph';
import { gradients } from '@softpost/shared/engine/gradient';
import { logSumExp, mul, reduceSum, sub } from '@softpost/shared/engine/ops';
import { loadProgram, lowerProgram } from '@softpost/shared/engine/program';
import { frozenWeights } from '@softpost/shared/model/language-model';
import { perExampleLayout } from '@softpost/shared/model/per-example-layout';
import { labelScores, verbalizerFeeds } from '@softpost/shared/scoring/scorer';
import type { TaskModel } from '@softpost/shared/scoring/task-model';
import { padRight } from '@softpost/shared/text/batches';
import type { PrivateExample } from '../private-data/private-examples.ts';

export interface PerExampleGradients {
  /** [B, P * D]: row b is the gradient of example b alone. */
  readonly gradients: Float32Array;
  /** [B] cross-entropy of each example. Private. */
  readonly losses: Float32Array;
}

export interface GradientProgram {
  /** @param prompt [P, D] */
  run(prompt: Float32Array, examples: readonly PrivateExample[]): Promise<PerExampleGradients>;
  dispose(): Promise<void>;
}

/**
 * Every example gets a copy of the prompt [B, P, D]; the loss is the SUM over examples, so the gradient with respect to
 * copy b is that of example b alone: exact per-example gradients at the price of one backward pass.
 */
export async function openGradientProgram(
  { model, verbalizer }: TaskModel,
  virtualTokens: number,
  threads?: number,
): Promise<GradientProgram> {
  const { labelCount } = verbalizer;
  const graph = new Graph();
  const layout = perExampleLayout(graph, model.architecture, virtualTokens);
  const scores = labelScores(model.architecture, frozenWeights(graph), layout, labelCount);
  const losses = crossEntropy(scores, graph.input('labels', [layout.batch, labelCount]));
  const [gradient] = gradients(reduceSum(losses), [layout.prompt!]);
  const program = await loadProgram(
    lowerProgram({ gradient: gradient!, losses }, model.lookup),
    threads === undefined ? {} : { threads },
  );
  return {
    run: async (prompt, examples) => {
      const { bindings, feeds } = layout.feeds(
        padRight(
          examples.map(({ input }) => input),
          0,
        ),
      );
      const labels = new Float32Array(examples.length * labelCount);
      examples.forEach(({ label }, row) => (labels[row * labelCount + label] = 1));
      const result = await program.run(
        { ...bindings, W: verbalizer.wordIds.length },
        { ...feeds, ...layout.promptFeed(prompt, examples.length), ...verbalizerFeeds(verbalizer), labels },
      );
      return { gradients: result['gradient'] as Float32Array, losses: result['losses'] as Float32Array };
    },
    dispose: () => program.dispose(),
  };
}

/** -log softmax(scores)[label] for one-hot labels: [B, labels] x [B, labels] -> [B, 1]. */
function crossEntropy(scores: Tensor, labels: Tensor): Tensor {
  return sub(logSumExp(scores), reduceSum(mul(scores, labels), [-1]));
}
