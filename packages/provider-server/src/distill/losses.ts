/** @file The three losses of distillation (POST, arXiv 2506.16196, section 4.1 and table 8; Sanh et al. 2019, DistilBERT). */

import type { Tensor } from '@softpost/shared/engine/graph';
import {
  add,
  div,
  gather,
  gemm,
  logSumExp,
  mul,
  reduceSum,
  reshape,
  softmax,
  sqrt,
  sub,
} from '@softpost/shared/engine/ops';
import type { Head } from '@softpost/shared/model/architecture';
import type { LossWeights } from './distill-options.ts';

/** One model on one batch of N rows. */
export interface ModelRows {
  /** Last hidden states [N, D]. */
  readonly hidden: Tensor;
  /** What the head is applied to [N, D]. */
  readonly headInput: Tensor;
  readonly head: Head;
}

/** What the losses are averaged over. */
export interface RowTargets {
  /** i32 [N]: the right token of a row; anything where `labelWeight` is 0. */
  readonly labels: Tensor;
  /** [N, 1]: share of a row in the mean over labelled rows. */
  readonly labelWeight: Tensor;
  /** [N, 1]: share of a row in the mean over all rows. */
  readonly rowWeight: Tensor;
}

/** Each one number [1, 1]. */
export interface DistillationLosses {
  readonly kl: Tensor;
  readonly lm: Tensor;
  readonly cosine: Tensor;
  /** L_KD, the weighted sum. */
  readonly total: Tensor;
}

/**
 * L_KD = a_kl T² KL(σ(z_t / T) ‖ σ(z_s / T)) + a_lm L_lm + a_cos (1 - cos(h_t, h_s))
 *
 * Logits are the large thing here (N V numbers), so they are made once, as u = z / T, and no one-hot matrix is.
 */
export function distillationLosses(
  teacher: ModelRows,
  student: ModelRows,
  { labels, labelWeight, rowWeight }: RowTargets,
  weights: LossWeights,
  temperature: number,
): DistillationLosses {
  const teacherLogits = scaledLogits(teacher, 1 / temperature);
  const studentLogits = scaledLogits(student, 1 / temperature);
  const mean = (rows: Tensor, weight: Tensor): Tensor => reduceSum(mul(rows, weight));

  const kl = mul(mean(klRows(teacherLogits, studentLogits), rowWeight), temperature ** 2);
  // -log softmax(z)[label] = log Σ exp(T u) - z[label]
  const lm = mean(sub(logSumExp(mul(studentLogits, temperature)), labelLogit(student, labels)), labelWeight);
  const cosine = mean(sub(rowWeight.graph.constant(1), cosineRows(teacher.hidden, student.hidden)), rowWeight);
  const total = add(add(mul(kl, weights.kl), mul(lm, weights.lm)), mul(cosine, weights.cosine));
  return { kl, lm, cosine, total };
}

/** u = z / T: [N, V]. */
export function scaledLogits({ headInput, head: { matrix, bias } }: ModelRows, alpha: number): Tensor {
  return gemm(headInput, matrix, { transB: true, alpha, bias: bias && mul(bias, alpha) });
}

/** KL(σ(t) ‖ σ(s)) = Σ p_t t - log Σ exp(t) - Σ p_t s + log Σ exp(s), each row: [N, 1]. */
export function klRows(t: Tensor, s: Tensor): Tensor {
  const p = softmax(t);
  return add(sub(rowDot(p, t), logSumExp(t)), sub(logSumExp(s), rowDot(p, s)));
}

/** z[label] = x · W[label] + b[label], without a pass over the vocabulary: [N, 1]. */
export function labelLogit({ headInput, head: { matrix, bias } }: ModelRows, labels: Tensor): Tensor {
  const product = rowDot(headInput, gather(matrix, labels));
  return bias ? add(product, reshape(gather(bias, labels), product.shape)) : product;
}

function cosineRows(a: Tensor, b: Tensor): Tensor {
  return div(rowDot(a, b), mul(sqrt(rowDot(a, a)), sqrt(rowDot(b, b))));
}

function rowDot(a: Tensor, b: Tensor): Tensor {
  return reduceSum(mul(a, b), [-1]);
}
