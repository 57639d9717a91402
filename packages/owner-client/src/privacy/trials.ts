/** @file How many runs to make when only the best of them is to be released: by a public law, drawn in secret. */

import { SoftpostError } from '@softpost/shared/errors';
import { expectedTrials, type TrialLaw } from '@softpost/shared/privacy/selection';
import type { RandomSource } from '../tune/csprng.ts';

/** Beyond it nobody tunes, and the draw below stays short. */
const MAX_MEAN = 1000;

/**
 * A law by name and mean, such as `geometric:10`. `logarithmic` costs the least for its mean, and makes one run more often; `poisson` may make none.
 * @throws BAD_OPTION
 */
export function trialLaw(text: string): TrialLaw {
  const [, name, digits] = /^(geometric|logarithmic|poisson):(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  const mean = Number(digits);
  if (name === undefined || !(mean > 1 && mean <= MAX_MEAN)) {
    const message = `--best-of must be geometric, logarithmic or poisson with a mean above 1 and at most ${MAX_MEAN}, such as geometric:10, got "${text}"`;
    throw new SoftpostError('BAD_OPTION', message);
  }
  if (name === 'poisson') return { kind: 'poisson', mean };
  return name === 'geometric' ? negativeBinomial(1, 1 / mean) : negativeBinomial(0, logarithmicGamma(mean));
}

function negativeBinomial(eta: number, gamma: number): TrialLaw {
  return { kind: 'truncated-negative-binomial', eta, gamma };
}

/** The gamma at which the logarithmic law has this mean, which falls as gamma grows; by bisection of its logarithm. */
function logarithmicGamma(mean: number): number {
  let [low, high] = [-20, 0];
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (expectedTrials(negativeBinomial(0, Math.exp(middle))) > mean) low = middle;
    else high = middle;
  }
  return Math.exp(low);
}

/** K by inversion of its distribution function (definition 1 of Papernot & Steinke, arXiv 2110.03620). To be drawn once. */
export function drawTrials(law: TrialLaw, random: RandomSource): number {
  const uniform = random.bits53() / 2 ** 53;
  let trials = law.kind === 'poisson' ? 0 : 1;
  let probability = law.kind === 'poisson' ? Math.exp(-law.mean) : probabilityOfOne(law.eta, law.gamma);
  let sum = probability;
  while (sum <= uniform && probability > 0) {
    probability *=
      law.kind === 'poisson' ? law.mean / (trials + 1) : ((1 - law.gamma) * (trials + law.eta)) / (trials + 1);
    trials++;
    sum += probability;
  }
  return trials;
}

function probabilityOfOne(eta: number, gamma: number): number {
  return (1 - gamma) * (eta === 0 ? -1 / Math.log(gamma) : eta / Math.expm1(-eta * Math.log(gamma)));
}
