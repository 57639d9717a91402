/** @file The binomial distribution: exact tails, and the Clopper-Pearson bounds of a share. */

/** P[Binomial(trials, probability) = k] for k = 0..trials. Relative error below 1e-10 up to a million trials. */
export function binomialMasses(trials: number, probability: number): Float64Array {
  const masses = new Float64Array(trials + 1);
  if (probability === 0 || probability === 1) {
    masses[probability * trials] = 1;
    return masses;
  }
  const logOdds = Math.log(probability) - Math.log1p(-probability);
  let logMass = trials * Math.log1p(-probability);
  for (let k = 0; k <= trials; k++) {
    masses[k] = Math.exp(logMass);
    logMass += Math.log((trials - k) / (k + 1)) + logOdds;
  }
  return masses;
}

/** P[Binomial(trials, probability) >= successes], summed from the small end, so that a small tail keeps its digits. */
export function upperTail(trials: number, probability: number, successes: number): number {
  const masses = binomialMasses(trials, probability);
  let tail = 0;
  for (let k = trials; k >= successes; k--) tail += masses[k]!;
  return Math.min(1, tail);
}

/**
 * One-sided bounds of a probability of which `successes` of `trials` independent ones were seen, each wrong with probability at most
 * `significance` (Clopper & Pearson, Biometrika 26 (1934)).
 */
export function clopperPearson(
  successes: number,
  trials: number,
  significance: number,
): { readonly low: number; readonly high: number } {
  const low = (k: number): number =>
    k === 0 ? 0 : smallestAbove((probability) => upperTail(trials, probability, k) >= significance, 0, 1);
  return { low: low(successes), high: 1 - low(trials - successes) };
}

/** Where a condition that holds from some point on begins to hold, by bisection; the end at which it does not hold is returned. */
export function smallestAbove(holds: (value: number) => boolean, from: number, to: number): number {
  let low = from;
  let high = to;
  for (let round = 0; round < 50; round++) {
    const middle = (low + high) / 2;
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return low;
}
