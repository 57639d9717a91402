import { expect, test } from 'vitest';
import { accountFor } from './accountant.ts';
import { bestOf, composed, gaussian, sampledGaussian, selfComposed } from './event.ts';
import { RDP_ORDERS } from './rdp.ts';
import { expectedTrials, rdpOfSelection, type TrialLaw } from './selection.ts';

const negativeBinomial = (eta: number, gamma: number): TrialLaw => ({
  kind: 'truncated-negative-binomial',
  eta,
  gamma,
});
const poisson = (mean: number): TrialLaw => ({ kind: 'poisson', mean });

/** The law with this eta whose mean is `mean`: E[K] falls as gamma grows. */
function withMean(eta: number, mean: number): TrialLaw {
  let [low, high] = [1e-9, 1 - 1e-9];
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (expectedTrials(negativeBinomial(eta, middle)) > mean) low = middle;
    else high = middle;
  }
  return negativeBinomial(eta, high);
}

/** P[K = k] of definition 1: (1 - gamma)^k / (gamma^-eta - 1) times the product of (l + eta) / (l + 1) for l < k; eta = 0 is the limit. */
function negativeBinomialMass(eta: number, gamma: number, k: number): number {
  if (eta === 0) return (1 - gamma) ** k / (k * Math.log(1 / gamma));
  let mass = (1 - gamma) ** k / (gamma ** -eta - 1);
  for (let l = 0; l < k; l++) mass *= (l + eta) / (l + 1);
  return mass;
}

test.each([
  [1, 0.1],
  [0.5, 0.05],
  [0, 0.02],
  [1e-9, 0.02],
  [-0.5, 0.1],
  [3, 0.3],
])('the mean of K at eta %d, gamma %d is that of its probabilities', (eta, gamma) => {
  const masses = Array.from({ length: 2000 }, (_, i) => negativeBinomialMass(eta, gamma, i + 1));
  expect(masses.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
  const mean = masses.reduce((sum, mass, i) => sum + (i + 1) * mass, 0);
  expect(expectedTrials(negativeBinomial(eta, gamma)) / mean).toBeCloseTo(1, 5);
});

// For the Gaussian mechanism RDP(b) = b / (2 s^2), and the least of theorem 2's bracket lies at b = s sqrt(2 ln(1/gamma)), where it is sqrt(2 ln(1/gamma)) / s - 1 / (2 s^2).
test.each([
  [1, 0.1, 4],
  [0, 0.01, 8],
  [0.5, 0.05, 3],
])('theorem 2 for a Gaussian, by hand: eta %d, gamma %d, sigma %d', (eta, gamma, sigma) => {
  const rdp = RDP_ORDERS.map((order) => order / (2 * sigma ** 2));
  const law = negativeBinomial(eta, gamma);
  const bracket = Math.sqrt(2 * Math.log(1 / gamma)) / sigma - 1 / (2 * sigma ** 2);
  for (const [i, value] of rdpOfSelection(rdp, law).entries()) {
    const order = RDP_ORDERS[i]!;
    const byHand = rdp[i]! + (1 + eta) * bracket + Math.log(expectedTrials(law)) / (order - 1);
    expect(value / byHand).toBeGreaterThan(1 - 1e-12);
    expect(value / byHand).toBeLessThan(1 + 1e-3);
  }
});

const orders = [1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64];

function renyi(p: readonly number[], q: readonly number[], order: number): number {
  return Math.log(p.reduce((sum, value, i) => sum + value ** order * q[i]! ** (1 - order), 0)) / (order - 1);
}

/** Of each outcome, worst first, that it is the best of K draws: differences of G(P[outcome <= y]) with G(x) = E[x^K]. K = 0 is an outcome of its own. */
function bestOfDraws(mechanism: readonly number[], generating: (x: number) => number): readonly number[] {
  let below = 0;
  const best = mechanism.map((probability) => {
    const before = generating(below);
    below = Math.min(1, below + probability);
    return generating(below) - before;
  });
  return [generating(0), ...best].filter((probability) => probability > 0);
}

const laws: readonly (readonly [string, TrialLaw, (x: number) => number])[] = [
  ['geometric', negativeBinomial(1, 0.2), (x) => (0.2 * x) / (1 - 0.8 * x)],
  ['logarithmic', negativeBinomial(0, 0.05), (x) => Math.log(1 - 0.95 * x) / Math.log(0.05)],
  ['eta 1/2', negativeBinomial(0.5, 0.1), (x) => ((1 - 0.9 * x) ** -0.5 - 1) / (0.1 ** -0.5 - 1)],
  ['Poisson', poisson(5), (x) => Math.exp(5 * (x - 1))],
];

// Kills: a term left out or with the wrong sign: then some mechanism loses more than the bound says.
test.each(laws)('%s: the exact divergence of the best of K is within the bound', (_, law, generating) => {
  const mechanisms = [
    [0.98, 0.02],
    [0.5, 0.3, 0.15, 0.05],
    [0.25, 0.25, 0.25, 0.25],
    [0.9, 0.05, 0.03, 0.02],
  ];
  for (const p of mechanisms) {
    const q = p.toReversed();
    const rdp = orders.map((order) => Math.max(renyi(p, q, order), renyi(q, p, order)));
    const bound = rdpOfSelection(rdp, law, orders);
    const [best, bestOther] = [bestOfDraws(p, generating), bestOfDraws(q, generating)] as const;
    for (const [i, order] of orders.entries()) {
      expect(renyi(best, bestOther, order)).toBeLessThanOrEqual(bound[i]! + 1e-9);
      expect(renyi(bestOther, best, order)).toBeLessThanOrEqual(bound[i]! + 1e-9);
    }
  }
});

// dp_accounting 0.6.0 on its own, coarser list of orders, at delta 1e-5 and SST-2's q = 1024/67349, T = 658.
const sst2 = { samplingRate: 1024 / 67349, steps: 658 };
test.each([
  [0.7998403, [8.0911335637728, 7.672326778465907, 7.191996733688786, 8.73229572857446]],
  [1.6732954, [2.3079454236370847, 2.128833885808678, 1.9278901627745955, 2.475996446987826]],
  [3, [1.1678211129508413, 1.0700123559315236, 0.961117441588182, 1.2335452458705225]],
])(
  'epsilon at sigma %d agrees with dp_accounting: mean 10, geometric, eta 1/2, logarithmic, Poisson',
  (sigma, expected) => {
    const run = selfComposed(sampledGaussian({ samplingRate: sst2.samplingRate, noiseMultiplier: sigma }), sst2.steps);
    for (const [i, law] of [withMean(1, 10), withMean(0.5, 10), withMean(0, 10), poisson(10)].entries()) {
      const { epsilon, pld } = accountFor(bestOf(run, law), { delta: 1e-5, adjacency: 'add-or-remove-one' });
      expect(epsilon / expected[i]!).toBeLessThan(1.0005);
      expect(epsilon / expected[i]!).toBeGreaterThan(0.98);
      expect(pld).toEqual({ add: Infinity, remove: Infinity });
    }
  },
);

test('one run costs no more than a choice that nearly always makes one', () => {
  const claim = { delta: 1e-6, adjacency: 'add-or-remove-one' } as const;
  const once = accountFor(gaussian(2), claim).rdp.epsilon;
  const chosen = accountFor(bestOf(gaussian(2), negativeBinomial(0, 0.999)), claim).epsilon;
  expect(chosen).toBeGreaterThan(once);
});

test.each([
  ['gamma 0', negativeBinomial(1, 0)],
  ['gamma 1', negativeBinomial(1, 1)],
  ['eta -1', negativeBinomial(-1, 0.5)],
  ['NaN', negativeBinomial(NaN, 0.5)],
  ['a mean below 1', poisson(0.5)],
  ['an infinite mean', poisson(Infinity)],
  ['another law', { kind: 'fixed', mean: 3 } as unknown as TrialLaw],
])('%s is refused', (_, law) => {
  expect(() => bestOf(gaussian(1), law)).toThrow(expect.objectContaining({ code: 'BAD_PRIVACY_PARAMETER' }));
});

// Kills: a selection inside a composition that is counted as one run.
test('a choice among runs inside another event is refused', () => {
  const inside = composed([bestOf(gaussian(4), poisson(5)), gaussian(4)]);
  expect(() => accountFor(inside, { delta: 1e-6, adjacency: 'add-or-remove-one' })).toThrow(/outermost/);
});
