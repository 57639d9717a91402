/**
 * @file What it costs to release the best of several private runs (Papernot & Steinke, "Hyperparameter Tuning with Renyi Differential
 * Privacy", ICLR 2022, arXiv 2110.03620). The number of runs K is drawn from a public law, kept secret and never drawn again;
 * "best" is by a score that the runs themselves release, or that is computed on public data.
 */
import { z } from 'zod';
import { SoftpostError } from '../errors.ts';
import { RDP_ORDERS } from './rdp.ts';

/**
 * The law of K. Truncated negative binomial (definition 1), always at least 1: eta = 1 is the geometric law, eta = 0 the logarithmic one; a smaller gamma
 * makes more runs. Poisson: K may be 0, and then something that depends on no data is released.
 */
export const trialLawSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('truncated-negative-binomial'),
    eta: z.number().gt(-1),
    gamma: z.number().gt(0).lt(1),
  }),
  z.strictObject({ kind: z.literal('poisson'), mean: z.number().min(1) }),
]);

export type TrialLaw = Readonly<z.infer<typeof trialLawSchema>>;

/** @throws SoftpostError BAD_PRIVACY_PARAMETER */
export function requireTrialLaw(law: TrialLaw): TrialLaw {
  const { data, error } = trialLawSchema.safeParse(law);
  if (data) return data;
  const [issue] = error.issues;
  throw new SoftpostError('BAD_PRIVACY_PARAMETER', `number of trials: ${issue?.path.join('.')}: ${issue?.message}`);
}

/** E[K]. */
export function expectedTrials(law: TrialLaw): number {
  if (law.kind === 'poisson') return law.mean;
  const { eta, gamma } = law;
  // 1 - gamma^eta by expm1, which keeps its digits where eta is small; the logarithmic law is the limit.
  const scale = eta === 0 ? -1 / Math.log(gamma) : -eta / Math.expm1(eta * Math.log(gamma));
  return (scale * (1 - gamma)) / gamma;
}

/** RDP, one value per order, of releasing the best of K runs that each have the curve `rdp`. */
export function rdpOfSelection(
  rdp: readonly number[],
  law: TrialLaw,
  orders: readonly number[] = RDP_ORDERS,
): readonly number[] {
  const logMean = Math.log(expectedTrials(law));
  const extra =
    law.kind === 'poisson'
      ? poissonExtra(rdp, law.mean, orders)
      : negativeBinomialExtra(rdp, law.eta, law.gamma, orders);
  return orders.map((order, i) => (rdp[i] ?? Infinity) + extra(order) + logMean / (order - 1));
}

/** Theorem 2: (1 + eta) ((1 - 1/b) RDP(b) + log(1/gamma) / b), at the order b > 1 where it is least. */
function negativeBinomialExtra(
  rdp: readonly number[],
  eta: number,
  gamma: number,
  orders: readonly number[],
): (order: number) => number {
  const terms = orders.map((b, i) => (1 - 1 / b) * (rdp[i] ?? Infinity) - Math.log(gamma) / b);
  const extra = (1 + eta) * Math.min(...terms);
  return () => extra;
}

/** Theorem 6: mean delta', where one run is (epsilon', delta')-DP and e^epsilon' = 1 + 1/(order - 1). */
function poissonExtra(rdp: readonly number[], mean: number, orders: readonly number[]): (order: number) => number {
  return (order) => mean * deltaFromRdp(rdp, Math.log1p(1 / (order - 1)), orders);
}

/** Least delta at `epsilon` over the orders (Canonne, Kamath, Steinke, arXiv 2004.00010, proposition 12). */
function deltaFromRdp(rdp: readonly number[], epsilon: number, orders: readonly number[]): number {
  const logs = orders.map(
    (a, i) => (a - 1) * ((rdp[i] ?? Infinity) - epsilon) + (a - 1) * Math.log1p(-1 / a) - Math.log(a),
  );
  return Math.min(1, Math.exp(Math.min(...logs)));
}
