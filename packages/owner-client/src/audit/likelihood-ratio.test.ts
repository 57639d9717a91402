import { expect, test } from 'vitest';
import { insecureTestRandom } from '../tune/csprng.ts';
import { confidenceOf } from './audited-student.ts';
import { likelihoodRatios, type Shadow } from './likelihood-ratio.ts';
import { rocOf } from './roc.ts';

const shadow = (members: readonly number[], confidences: readonly number[]): Shadow => ({
  members: Uint8Array.from(members),
  confidences: Float32Array.from(confidences),
});

// Computed with numpy and scipy.stats.norm.logpdf. All confidences are exact in float32.
// Kills: the target among its own shadows; in and out exchanged; one variance for in and out; standard deviation for variance.
test('the ratios are those of scipy', () => {
  const shadows = [
    shadow([1, 0, 1], [2, -1, 0.5]),
    shadow([1, 0, 0], [1.5, -0.5, 0.25]),
    shadow([0, 1, 1], [-1, 0.5, 1.5]),
    shadow([0, 1, 0], [0.25, 1, -0.5]),
    shadow([1, 0, 1], [1, -2, 0.75]),
  ];
  const { scores, included } = likelihoodRatios(shadows);
  expect([...included]).toEqual([1, 0, 1, 1, 0, 0, 0, 1, 1, 0, 1, 0, 1, 0, 1]);
  const expected = [
    2.987262797736, -7.896560731676, -0.127443084617, 3.137318771343, -1.504667291375, 0.070535960658, -15.527029637355,
    2.673139638989, 1.075170955112, -1.257476352781, 3.947047456743, -2.967952543257, 1.492924059426, -12.921549624784,
    1.071871427847,
  ];
  expected.forEach((value, trial) => expect(scores[trial]).toBeCloseTo(value, 9));
});

test('a record that the others have only with, or only without, is left out', () => {
  const first = shadow([1, 1], [1, 2]);
  const others = [0, 1, 1, 0].map((bit, index) => shadow([0, bit], [index, index ** 2]));
  const { included } = likelihoodRatios([first, ...others]);
  expect([...included]).toEqual([1, 0, 0, 0, 1, 0, 1, 0, 0]);
});

// Kills: an attack that gets membership from anything but the confidences, such as how many shadows hold a record.
test('confidences that know nothing of membership are told by guessing only', () => {
  const random = insecureTestRandom(8);
  const uniform = (): number => random.bits53() / 2 ** 53;
  const shadows = Array.from({ length: 16 }, () => {
    const members = Array.from({ length: 500 }, () => Number(uniform() < 0.5));
    return shadow(
      members,
      members.map(() => uniform() + uniform() + uniform()),
    );
  });
  const { auc, positives, negatives } = rocOf(likelihoodRatios(shadows));
  expect(positives + negatives).toBe(8000);
  expect(Math.abs(auc - 0.5)).toBeLessThan(0.025);
});

// scipy: log(p / (1 - p)) of softmax([1.5, -2, 0.25]).
test('confidence is the log odds of the right label, also where p rounds to 1', () => {
  const scores = [1.5, -2, 0.25];
  const confidences = confidenceOf(Float32Array.from([...scores, ...scores, ...scores, 80, 0, 0]), [0, 1, 2, 0]);
  [1.14979344, -3.75192908, -1.27975042, 80 - Math.log(2)].forEach((value, row) =>
    expect(confidences[row]).toBeCloseTo(value, 6),
  );
});
