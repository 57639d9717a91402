/** @file The three losses of distillation (POST, arXiv 2506.16196, section 4.1 and table 8; Sanh et al. 2019, DistilBERT). */

import type { Tensor } from '@softpost/shared/engine/graph';
import { div, gather, gemm, logSumExp, mul, reduceSum, reshape, softmax, sqrt, sub } from '@softpost/shared/engine/ops';
import { productOfDims } from '@softpost/shared/engine/dim';
import type { Head } from '@softpost/shared/model/architecture';

/** What the losses of N rows are averaged over. */
export interface RowTargets {
  /** i32 [N]: where a row's right token stands in the logits read as one line (row V + token); anything where `labelWeight` is 0. */
  readonly labelPlaces: Tensor;
  /** [N, 1]: share of a row in the mean over labelled rows. */
  readonly labelWeight: Tensor;
  /** [N, 1]: share of a row in the mean over all rows. */
  readonly rowWeight: Tensor;
}

/** u = z / T, logits at a temperature: [N, V], the large thing here, so they are made once. */
export function scaledLogits(headInput: Tensor, { matrix, bias }: Head, temperature: number): Tensor {
  const alpha = 1 / temperature;
  return gemm(headInput, matrix, { transB: true, alpha, bias: bias && mul(bias, alpha) });
}

/** T² KL(σ(z_t / T) ‖ σ(z_s / T)), meaned by the row weights, from u_t and u_s: one number. */
export function klLoss(teacher: Tensor, student: Tensor, { rowWeight }: RowTargets, temperature: number): Tensor {
  // Σ p_t (t - s) - log Σ exp(t) + log Σ exp(s)
  const rows = sub(
    sub(rowDot(softmax(teacher), sub(teacher, student)), logSumExp(teacher)),
    mul(logSumExp(student), -1),
  );
  return mul(reduceSum(mul(rows, rowWeight)), temperature ** 2);
}

/** -log softmax(z)[label] = log Σ exp(z) - z[label], meaned by the label weights, from u = z / T: one number. */
export function labelLoss(logits: Tensor, { labelPlaces, labelWeight }: RowTargets, temperature: number): Tensor {
  const line = reshape(logits, [productOfDims(logits.shape), 1]);
  const ofLabel = mul(gather(line, labelPlaces), temperature);
  return reduceSum(mul(sub(logSumExp(mul(logits, temperature)), ofLabel), labelWeight));
}

/** 1 - cos(h_t, h_s), meaned by the row weights: one number. */
export function cosineLoss(teacherHidden: Tensor, studentHidden: Tensor, rowWeight: Tensor): Tensor {
  const length = (x: Tensor): Tensor => sqrt(rowDot(x, x));
  const cosine = div(rowDot(teacherHidden, studentHidden), mul(length(teacherHidden), length(studentHidden)));
  return reduceSum(mul(sub(rowWeight.graph.constant(1), cosine), rowWeight));
}

function rowDot(a: Tensor, b: Tensor): Tensor {
  return reduceSum(mul(a, b), [-1]);
}
