/**
 * @file The transfer losses of POST (paper section 4.3), over vocabulary logits z at the scored position, T = 2:
 *   L1 = T² KL( softmax(z_s([p_s; x]) / T)             || softmax(z_t([p_t; x]) / T) )
 *   L2 = T² KL( softmax((z_s([p_s; x]) - z_s(x)) / T)  || softmax((z_t([p_t; x]) - z_t(x)) / T) )
 *   L  = (1 - alpha) L1 + alpha L2
 * L1 asks the teacher to answer as the student does, L2 asks the prompt to move the teacher as it moves the student.
 */

import { symbol } from '@softpost/shared/engine/dim';
import type { Tensor } from '@softpost/shared/engine/graph';
import { add, logSumExp, mul, reduceMean, reduceSum, sub } from '@softpost/shared/engine/ops';

export const TEMPERATURE = 2;

/** Batch means, each one number. */
export interface TransferLoss {
  readonly l1: Tensor;
  readonly l2: Tensor;
  readonly loss: Tensor;
}

/** What is fixed during a transfer, for the examples of one batch. */
export interface ReferenceRows {
  /** softmax(z_s([p_s; x]) / T) [B, V] */
  readonly answer: Float32Array;
  /** softmax((z_s([p_s; x]) - z_s(x)) / T) [B, V] */
  readonly movement: Float32Array;
  /** z_t(x) [B, V] */
  readonly unprompted: Float32Array;
  /** sum p log p of `answer` and of `movement`, each [B, 1]: what makes a cross-entropy a KL divergence */
  readonly answerEntropy: Float32Array;
  readonly movementEntropy: Float32Array;
}

/** @param logits z_t([p_t; x]) [B, V]; adds the inputs of ReferenceRows by name, and `alpha` [1]. */
export function transferLoss(logits: Tensor): TransferLoss {
  const { graph, shape } = logits;
  const column = [symbol('B'), 1];
  const unprompted = graph.input('unprompted', shape);
  const l1 = divergence(graph.input('answer', shape), graph.input('answerEntropy', column), logits);
  const l2 = divergence(
    graph.input('movement', shape),
    graph.input('movementEntropy', column),
    sub(logits, unprompted),
  );
  const alpha = graph.input('alpha', [1, 1]);
  return { l1, l2, loss: add(l1, mul(alpha, sub(l2, l1))) };
}

/** T² KL(target || softmax(z / T)), mean over the batch: [1, 1]. */
function divergence(target: Tensor, negativeEntropy: Tensor, logits: Tensor): Tensor {
  const scaled = mul(logits, 1 / TEMPERATURE);
  const rows = add(sub(logSumExp(scaled), reduceSum(mul(target, scaled), [-1])), negativeEntropy);
  return mul(reduceMean(rows), TEMPERATURE ** 2);
}
