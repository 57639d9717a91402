/** @file For tests: the matrices of BandMF written out, by the definitions and no recursion. */
import { type BandStrategy, columnScale } from './band-strategy.ts';

export type Matrix = readonly (readonly number[])[];

/** C[i, j] = c[i - j] / n[j]. */
export function strategyMatrix(strategy: BandStrategy): Matrix {
  const { steps, coefficients } = strategy;
  return square(steps, (i, j) => (i < j ? 0 : (coefficients[i - j] ?? 0) / columnScale(strategy, j)));
}

/** The inverse of a lower triangular matrix, by forward substitution on every unit vector. */
export function lowerInverse(matrix: Matrix): Matrix {
  const columns = matrix.map((_, j) => {
    const x: number[] = [];
    matrix.forEach((row, i) => {
      const known = x.reduce((sum, value, k) => sum + row[k]! * value, 0);
      x.push(((i === j ? 1 : 0) - known) / row[i]!);
    });
    return x;
  });
  return square(matrix.length, (i, j) => columns[j]![i]!);
}

export function product(a: Matrix, b: Matrix): Matrix {
  return square(a.length, (i, j) => a[i]!.reduce((sum, value, k) => sum + value * b[k]![j]!, 0));
}

export function square(size: number, entry: (i: number, j: number) => number): Matrix {
  const indices = [...Array(size).keys()];
  return indices.map((i) => indices.map((j) => entry(i, j)));
}
