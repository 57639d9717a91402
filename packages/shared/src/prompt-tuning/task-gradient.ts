/** @file Gradients of the task loss with respect to the soft prompt, one for every example. */

import { Graph, type Tensor } from '../engine/graph.ts';
import { gradients } from '../engine/gradient.ts';
import { logSumExp, mul, reduceSum, sub } from '../engine/ops.ts';
import { loadProgram, lowerProgram } from '../engine/program.ts';
import { frozenWeights } from '../model/language-model.ts';
import { perExampleLayout } from '../model/per-example-layout.ts';
import { labelReadout } from '../scoring/readout.ts';
import type { TaskModel } from '../scoring/task-model.ts';
import { padRight } from '../text/batches.ts';
import type { EncodedText } from '../text/template.ts';

/** A labelled text as the model sees it. */
export interface EncodedExample {
  readonly input: EncodedText;
  readonly label: number;
}

export interface PerExampleGradients {
  /** [B, P * D]: row b is the gradient of example b alone. */
  readonly gradients: Float32Array;
  /** [B] cross-entropy of each example. Private. */
  readonly losses: Float32Array;
}

export interface GradientProgram {
  /** @param prompt [P, D] */
  run(prompt: Float32Array, examples: readonly EncodedExample[]): Promise<PerExampleGradients>;
  dispose(): Promise<void>;
}

/**
 * Every example gets a copy of the prompt [B, P, D]; the loss is the SUM over examples, so the gradient with respect to
 * copy b is that of example b alone: exact per-example gradients at the price of one backward pass.
 */
export async function openGradientProgram(
  { model, verbalizer }: Pick<TaskModel, 'model' | 'verbalizer'>,
  virtualTokens: number,
  threads?: number,
): Promise<GradientProgram> {
  const readout = labelReadout(verbalizer);
  const graph = new Graph();
  const layout = perExampleLayout(graph, model.architecture, virtualTokens);
  const scores = readout.build(model.architecture, frozenWeights(graph), layout);
  const losses = crossEntropy(scores, graph.input('labels', [layout.batch, readout.width]));
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
      const labels = new Float32Array(examples.length * readout.width);
      examples.forEach(({ label }, row) => (labels[row * readout.width + label] = 1));
      const result = await program.run(
        { ...bindings, W: readout.words },
        { ...feeds, ...layout.promptFeed(prompt, examples.length), ...readout.feeds, labels },
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
