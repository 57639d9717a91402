import { expect, test } from 'vitest';
import { createSampler } from './sampling.ts';

/** Logits of tokens that are so likely. */
const likely = (...probabilities: readonly number[]): Float32Array => Float32Array.from(probabilities, Math.log);

/** How often each token is drawn. */
function shares(logits: Float32Array, options: { readonly temperature: number; readonly topP: number }): number[] {
  const sample = createSampler({ ...options, seed: 5 });
  const counts = new Array<number>(logits.length).fill(0);
  for (let draw = 0; draw < 20_000; draw++) counts[sample(logits)]! += 1;
  return counts.map((count) => count / 20_000);
}

test('temperature 0 takes the most likely token, the first of several', () => {
  const sample = createSampler({ temperature: 0, topP: 0.1, seed: 5 });
  expect(sample(likely(0.1, 0.4, 0.4, 0.1))).toBe(1);
});

test('tokens are drawn as likely as they are at this temperature', () => {
  const logits = likely(0.1, 0.2, 0.3, 0.4);
  for (const [id, share] of shares(logits, { temperature: 1, topP: 1 }).entries())
    expect(share).toBeCloseTo((id + 1) / 10, 1);
  // Squared and normed again.
  for (const [id, share] of shares(logits, { temperature: 0.5, topP: 1 }).entries())
    expect(share).toBeCloseTo((id + 1) ** 2 / 30, 1);
});

// Kills: a nucleus that leaves out the token that crosses topP, or takes in one more.
test('only the fewest tokens that reach topP are drawn', () => {
  const logits = likely(0.1, 0.2, 0.3, 0.4);
  const drawn = (topP: number): number[] =>
    [...shares(logits, { temperature: 1, topP }).entries()].filter(([, share]) => share > 0).map(([id]) => id);
  expect(drawn(0.01)).toEqual([3]);
  expect(drawn(0.65)).toEqual([2, 3]);
  expect(drawn(0.75)).toEqual([1, 2, 3]);
  expect(drawn(1)).toEqual([0, 1, 2, 3]);
});

test('the same seed draws the same tokens, another one others', () => {
  const logits = new Float32Array(100);
  const drawn = (seed: number): number[] => {
    const sample = createSampler({ temperature: 1, topP: 1, seed });
    return Array.from({ length: 20 }, () => sample(logits));
  };
  expect(drawn(1)).toEqual(drawn(1));
  expect(drawn(1)).not.toEqual(drawn(2));
});

test('logits that are not finite are refused', () => {
  const sample = createSampler({ temperature: 1, topP: 1, seed: 5 });
  for (const bad of [NaN, Infinity, -Infinity])
    expect(() => sample(Float32Array.of(0, bad, 1))).toThrow(expect.objectContaining({ code: 'NON_FINITE' }));
});
