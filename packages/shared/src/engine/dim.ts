/** @file Symbolic dimensions: polynomials with integer coefficients over named sizes, such as `B*L + 20`. */

import { SoftpostError } from '../errors.ts';

/** A fixed size, or a polynomial over symbols that get their values when the graph runs. */
export type Dim = number | Polynomial;
export type Shape = readonly Dim[];
/** The value of every symbol in one run. */
export type DimBindings = Readonly<Record<string, number>>;

/** Sum of monomials; a monomial is a sorted list of symbols joined by `*`, the empty one is the constant term. */
export interface Polynomial {
  readonly terms: ReadonlyMap<string, number>;
}

export function symbol(name: string): Dim {
  return { terms: new Map([[name, 1]]) };
}

export function addDims(a: Dim, b: Dim): Dim {
  const sum = new Map(termsOf(a));
  for (const [monomial, factor] of termsOf(b)) sum.set(monomial, (sum.get(monomial) ?? 0) + factor);
  return simplify(sum);
}

export function multiplyDims(a: Dim, b: Dim): Dim {
  const product = new Map<string, number>();
  for (const [left, x] of termsOf(a)) {
    for (const [right, y] of termsOf(b)) {
      const monomial = [...symbolsOf(left), ...symbolsOf(right)].sort().join('*');
      product.set(monomial, (product.get(monomial) ?? 0) + x * y);
    }
  }
  return simplify(product);
}

export function productOfDims(shape: Shape): Dim {
  return shape.reduce<Dim>(multiplyDims, 1);
}

export function sameDim(a: Dim, b: Dim): boolean {
  return a === b || printDim(a) === printDim(b);
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, axis) => sameDim(dim, b[axis]!));
}

/** @throws ENGINE when a symbol has no value. */
export function evaluateDim(dim: Dim, bindings: DimBindings): number {
  let total = 0;
  for (const [monomial, factor] of termsOf(dim)) {
    total += symbolsOf(monomial).reduce((product, name) => {
      const value = bindings[name];
      if (value === undefined) throw new SoftpostError('ENGINE', `dimension ${name} of ${printDim(dim)} has no value`);
      return product * value;
    }, factor);
  }
  return total;
}

export function evaluateShape(shape: Shape, bindings: DimBindings): readonly number[] {
  return shape.map((dim) => evaluateDim(dim, bindings));
}

export function printDim(dim: Dim): string {
  if (typeof dim === 'number') return String(dim);
  const ordered = [...dim.terms].sort(([a], [b]) => (a === '' ? 1 : b === '' ? -1 : a < b ? -1 : 1));
  return ordered
    .map(([monomial, factor]) => (monomial === '' ? `${factor}` : factor === 1 ? monomial : `${factor}*${monomial}`))
    .join('+');
}

export function printShape(shape: Shape): string {
  return `[${shape.map(printDim).join(', ')}]`;
}

/** Symbols of a monomial, with repetition: `B*B*L` gives B, B, L. */
export function symbolsOf(monomial: string): readonly string[] {
  return monomial === '' ? [] : monomial.split('*');
}

export function termsOf(dim: Dim): ReadonlyMap<string, number> {
  return typeof dim === 'number' ? new Map([['', dim]]) : dim.terms;
}

function simplify(terms: ReadonlyMap<string, number>): Dim {
  const kept = new Map([...terms].filter(([, factor]) => factor !== 0));
  if (kept.size === 0) return 0;
  if (kept.size === 1 && kept.has('')) return kept.get('')!;
  return { terms: kept };
}
