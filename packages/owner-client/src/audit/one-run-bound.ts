/**
 * @file A lower bound on epsilon from one run: Steinke, Nasr, Jagielski, "Privacy Auditing with One (1) Training Run"
 * (arXiv 2305.08846), theorem 5.2 and appendix D. Adjacency is add-or-remove-one.
 */
import { binomialMasses, smallestAbove } from './binomial.ts';

/** What an auditor saw who knew the canaries, but not which of them were put in by their coins. */
export interface Guesses {
  /** m: canaries, each in with probability 1/2 by its own coin. */
  readonly canaries: number;
  /** r: canaries that were guessed about; fixed before the scores are seen. The auditor abstains on the others. */
  readonly guesses: number;
  /** v: right guesses. */
  readonly correct: number;
}

/**
 * Bound on the probability of at least so many right guesses if the run were (epsilon, delta)-private:
 *   P[W >= v] + 2 m delta max_i P[v > W >= v - i] / i,  W ~ Binomial(r, e^epsilon / (1 + e^epsilon))
 */
export function guessProbability({ canaries, guesses, correct }: Guesses, epsilon: number, delta: number): number {
  const masses = binomialMasses(guesses, 1 / (1 + Math.exp(-epsilon)));
  let tail = 0;
  for (let k = guesses; k >= correct; k--) tail += masses[k]!;
  let below = 0;
  let largest = 0;
  for (let i = 1; i <= correct; i++) {
    below += masses[correct - i]!;
    largest = Math.max(largest, below / i);
  }
  return Math.min(1, tail + 2 * canaries * delta * largest);
}

/** No bound found is reported above this: a binomial of so sure a coin has no digits left. */
const MAX_EPSILON = 30;

/** The largest epsilon that the guesses contradict at `delta`, wrong with probability at most `significance`; 0 when they contradict none. */
export function epsilonLowerBound(guesses: Guesses, delta: number, significance: number): number {
  return smallestAbove((epsilon) => guessProbability(guesses, epsilon, delta) >= significance, 0, MAX_EPSILON);
}

/**
 * Guesses by rank: the half of `guesses` with the highest scores as in, the other half, with the lowest, as out.
 * @param included [m] 1 for a canary that was in
 */
export function guessByRank(scores: Float64Array, included: Uint8Array, guesses: number): Guesses {
  const order = Float64Array.from(scores.keys()).sort((a, b) => scores[a]! - scores[b]!);
  const low = order.subarray(0, guesses >> 1);
  const high = order.subarray(order.length - (guesses - low.length));
  const correct =
    low.reduce((sum, index) => sum + 1 - included[index]!, 0) + high.reduce((sum, index) => sum + included[index]!, 0);
  return { canaries: scores.length, guesses, correct };
}
