import { expectedTrials } from '@softpost/shared/privacy/selection';
import { expect, test } from 'vitest';
import { insecureTestRandom } from '../tune/csprng.ts';
import { drawTrials, trialLaw } from './trials.ts';

const LAWS = ['geometric:10', 'logarithmic:10', 'poisson:10', 'logarithmic:1.5', 'poisson:1000'];

test.each(LAWS)('%s is the law with this mean', (text) => {
  expect(expectedTrials(trialLaw(text))).toBeCloseTo(Number(text.split(':')[1]), 9);
});

// Kills: a number of runs that is not drawn, or by another law than the one that is paid for.
test.each(['geometric:4', 'logarithmic:4', 'poisson:4'])('runs are as many as %s says', (text) => {
  const law = trialLaw(text);
  const random = insecureTestRandom(1);
  const draws = Array.from({ length: 100_000 }, () => drawTrials(law, random));
  const shares = [0, 1, 2, 3].map((count) => draws.filter((draw) => draw === count).length / draws.length);
  // By hand: 3/4 to the power of k - 1 over 4; (1 - gamma)^k / (k ln(1 / gamma)); e^-4 4^k / k!.
  const gamma = law.kind === 'poisson' ? 0 : law.gamma;
  const expected = {
    geometric: [0, 0.25, 0.1875, 0.140625],
    logarithmic: [0, 1, 2, 3].map((k) => (k === 0 ? 0 : (1 - gamma) ** k / (k * -Math.log(gamma)))),
    poisson: [0.018316, 0.073263, 0.146525, 0.195367],
  }[text.split(':')[0] as 'geometric'];
  shares.forEach((share, count) => expect(Math.abs(share - expected[count]!)).toBeLessThan(4 * Math.sqrt(0.25 / 1e5)));
  const mean = draws.reduce((sum, draw) => sum + draw) / draws.length;
  expect(Math.abs(mean - 4)).toBeLessThan(0.1);
});

test.each(['10', 'best:10', 'geometric:1', 'geometric:0.5', 'poisson:', 'poisson:1001', 'geometric:1e1', 'poisson:-3'])(
  '"%s" is no law',
  (text) => {
    expect(() => trialLaw(text)).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }));
  },
);
