import { expect, test } from 'vitest';
import { countAgreements } from './held-out.ts';

// Kills: counting the tokens that a masked model only copies; comparing the first row alone.
test('agreement is counted where something is asked', () => {
  const teacher = Float32Array.of(1, 0, 0, /**/ 0, 2, 1, /**/ 0, 0, 3, /**/ 5, 1, 0);
  const student = Float32Array.of(9, 1, 0, /**/ 0, 7, 2, /**/ 0, 1, 0, /**/ 2, 1, 0);
  expect(countAgreements(teacher, student, Int32Array.of(-1, 2, 1, 0))).toBe(2);
  expect(countAgreements(teacher, student, Int32Array.of(-1, -1, 1, -1))).toBe(0);
});
