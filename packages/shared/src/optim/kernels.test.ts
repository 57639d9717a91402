import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createKernels } from './kernels.ts';
import { plainKernels } from './plain-kernels.ts';

const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
const kernels = createKernels(memory);

/** Copies arrays into the memory, off the 16-byte boundaries and with gaps that must stay zero. */
function placed<Arrays extends readonly (Float32Array | Float64Array | Uint32Array | Uint16Array)[]>(
  ...arrays: Arrays
): Arrays {
  new Uint8Array(memory.buffer).fill(0);
  let at = 8;
  return arrays.map((array) => {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    new Uint8Array(memory.buffer).set(bytes, at);
    const copy = Reflect.construct(array.constructor, [memory.buffer, at, array.length]) as typeof array;
    at += Math.ceil(array.byteLength / 8) * 8 + 24;
    return copy;
  }) as unknown as Arrays;
}

/** Bytes outside the given views that are not zero: a kernel wrote past an end. */
function strayBytes(...views: readonly ArrayBufferView[]): number {
  const bytes = new Uint8Array(memory.buffer).slice();
  for (const view of views) bytes.fill(0, view.byteOffset, view.byteOffset + view.byteLength);
  return bytes.filter((byte) => byte !== 0).length;
}

// toEqual on typed arrays compares with Object.is: -0 differs from 0, and all NaN are alike.
const anyFloat = fc.oneof(
  fc.float(),
  fc.float({ min: Math.fround(-10), max: Math.fround(10) }),
  fc.constantFrom(0, -0, 2 ** -149, -(2 ** -140), 2 ** -126, 3.4028234663852886e38, NaN, Infinity, -Infinity),
);
const length = fc.integer({ min: 0, max: 19 });
const floats = (n: number): fc.Arbitrary<Float32Array> =>
  fc.array(anyFloat, { minLength: n, maxLength: n }).map((values) => Float32Array.from(values));
const doubles = (n: number): fc.Arbitrary<Float64Array> =>
  fc.array(fc.oneof(fc.double(), anyFloat), { minLength: n, maxLength: n }).map((values) => Float64Array.from(values));

test('arrays in the memory go to the compiled kernel, others to the plain one', () => {
  const [near, far] = placed(Float32Array.of(3, 4), Float32Array.of(5, 12));
  // Compiled code finds an array by its offset alone, plain code by the array.
  Object.defineProperty(near, 'byteOffset', { value: far.byteOffset });
  expect(kernels.squaredNorm(near)).toBe(169);
  expect(kernels.squaredNorm(Float32Array.of(3, 4))).toBe(25);
  expect(createKernels().squaredNorm(near)).toBe(25);
});

test('adamW has the bits of its plain twin', () => {
  const constants = {
    scale: 0.75,
    beta1: 0.9,
    rest1: 0.1,
    beta2: 0.999,
    rest2: 0.001,
    keep: 0.99,
    rate: 0.01,
    correction: 31.6,
    epsilon: 1e-8,
  };
  const rounded = Object.fromEntries(
    Object.entries(constants).map(([name, value]) => [name, Math.fround(value)]),
  ) as typeof constants;
  const four = length.chain((n) => fc.tuple(floats(n), floats(n), floats(n), floats(n)));
  fc.assert(
    fc.property(four, (arrays) => {
      const [p, g, m, v] = placed(...arrays);
      kernels.adamW(p, g, m, v, rounded);
      plainKernels.adamW(...arrays, rounded);
      expect([p, g, m, v]).toEqual(arrays);
      expect(strayBytes(p, g, m, v)).toBe(0);
    }),
    { numRuns: 300 },
  );
});

test('squaredNorm has the bits of its plain twin and is exact where float64 is', () => {
  fc.assert(
    fc.property(length.chain(floats), (x) => {
      expect(kernels.squaredNorm(placed(x)[0])).toBe(plainKernels.squaredNorm(x));
    }),
  );
  const denormal = new Float32Array(7).fill(2 ** -149);
  expect(kernels.squaredNorm(placed(denormal)[0])).toBe(7 * 2 ** -298);
  const huge = new Float32Array(7).fill(2 ** 127);
  expect(kernels.squaredNorm(placed(huge)[0])).toBe(7 * 2 ** 254);
});

test('accumulate has the bits of its plain twin', () => {
  const pair = length.chain((n) => fc.tuple(floats(n), doubles(n)));
  fc.assert(
    fc.property(pair, fc.double({ min: 0, max: 1 }), ([x, sum], factor) => {
      const [nearX, nearSum] = placed(x, sum);
      kernels.accumulate(nearX, factor, nearSum);
      plainKernels.accumulate(x, factor, sum);
      expect(nearSum).toEqual(sum);
      expect(strayBytes(nearX, nearSum)).toBe(0);
    }),
  );
});

test('addNoise has the bits of its plain twin', () => {
  const pair = length.chain((n) => fc.tuple(doubles(n), doubles(n)));
  fc.assert(
    fc.property(pair, ([sum, noise]) => {
      const [nearSum, nearNoise] = placed(sum, noise);
      kernels.addNoise(nearSum, nearNoise);
      plainKernels.addNoise(sum, noise);
      expect([nearSum, nearNoise]).toEqual([sum, noise]);
      expect(strayBytes(nearSum, nearNoise)).toBe(0);
    }),
  );
});

test('scaledCopy has the bits of its plain twin', () => {
  fc.assert(
    fc.property(length.chain(doubles), fc.integer({ min: 1, max: 4096 }), (sum, divisor) => {
      const out = new Float32Array(sum.length);
      const [nearSum, nearOut] = placed(sum, out);
      kernels.scaledCopy(nearSum, divisor, nearOut);
      plainKernels.scaledCopy(sum, divisor, out);
      expect([nearSum, nearOut]).toEqual([sum, out]);
      expect(strayBytes(nearSum, nearOut)).toBe(0);
    }),
  );
});

test('hasNonFinite agrees with its plain twin at every place of a vector and of its tail', () => {
  for (const [Words, exponent] of [
    [Uint32Array, 0x7f80_0000],
    [Uint16Array, 0x7c00],
    [Uint16Array, 0x7f80],
  ] as const) {
    for (let n = 0; n < 20; n++) {
      const words = new Words(n).fill(exponent - 1);
      expect(kernels.hasNonFinite(placed(words)[0], exponent)).toBe(false);
      for (let at = 0; at < n; at++) {
        const spoilt = words.with(at, exponent + 1);
        expect(plainKernels.hasNonFinite(spoilt, exponent)).toBe(true);
        expect(kernels.hasNonFinite(placed(spoilt)[0], exponent)).toBe(true);
      }
    }
  }
});

test('arrays may lie in the last bytes of four gigabytes', () => {
  const large = new WebAssembly.Memory({ initial: 65_536, maximum: 65_536 });
  const x = new Float32Array(large.buffer, 2 ** 32 - 44).fill(2);
  const sum = new Float64Array(large.buffer, 2 ** 31 + 8, x.length);
  const wide = createKernels(large);
  wide.accumulate(x, 0.5, sum);
  expect(sum).toEqual(new Float64Array(11).fill(1));
  expect(wide.squaredNorm(x)).toBe(44);
});

test('arrays of different lengths are refused before anything is written', () => {
  const [sum, noise] = placed(new Float64Array(4), Float64Array.of(1, 1, 1));
  expect(() => kernels.addNoise(sum, noise)).toThrow('Arrays of 4 and 3 entries cannot be combined.');
  expect(sum).toEqual(new Float64Array(4));
});
