/** @file Widening float16 and bfloat16 to float32 (exact) and narrowing back (round to nearest, ties to even), by bits. */

/** Bits of float32 values for the bits of IEEE 754 binary16 values; `target` and `source` have equal length. */
export function widenF16(source: Uint16Array, target: Float32Array): void {
  const bits = new Uint32Array(target.buffer, target.byteOffset, target.length);
  for (let i = 0; i < source.length; i++) {
    const half = source[i] as number;
    const exponent = half & 0x7c00;
    const shifted = (half & 0x7fff) << 13;
    const sign = (half & 0x8000) << 16;
    if (exponent === 0) {
      // Zero and subnormal: the mantissa counts units of 2^-24.
      target[i] = (half & 0x3ff) * 2 ** -24;
      bits[i] = (bits[i] as number) | sign;
    } else {
      // Rebias the exponent by 127 - 15; infinity and NaN keep all exponent bits set.
      bits[i] = sign | (exponent === 0x7c00 ? shifted | 0x7f800000 : shifted + 0x38000000);
    }
  }
}

/** bfloat16 is the upper half of float32. */
export function widenBf16(source: Uint16Array, target: Float32Array): void {
  const bits = new Uint32Array(target.buffer, target.byteOffset, target.length);
  for (let i = 0; i < source.length; i++) bits[i] = (source[i] as number) << 16;
}

/** Values from 65520 on round to infinity, as IEEE 754 says. NaN stays NaN. */
export function narrowF16(source: Float32Array): Uint16Array {
  const bits = new Int32Array(source.buffer, source.byteOffset, source.length);
  const target = new Uint16Array(source.length);
  for (let i = 0; i < target.length; i++) {
    const word = bits[i] as number;
    target[i] = ((word >>> 16) & 0x8000) | magnitudeToF16(word & 0x7fffffff);
  }
  return target;
}

function magnitudeToF16(magnitude: number): number {
  if (magnitude > 0x7f800000) return 0x7e00;
  if (magnitude >= 0x477ff000) return 0x7c00;
  // Rebias the exponent by 15 - 127; half a unit less one, plus the last bit kept, rounds ties to even.
  if (magnitude >= 0x38800000) return (magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13;
  return subnormalF16(magnitude);
}

/** Below 2^-14 a half counts units of 2^-24: shift the mantissa there and round to even. */
function subnormalF16(magnitude: number): number {
  const shift = 126 - (magnitude >>> 23);
  if (shift > 24) return 0;
  const mantissa = (magnitude & 0x7fffff) | 0x800000;
  const floor = mantissa >>> shift;
  const rest = mantissa & ((1 << shift) - 1);
  const tie = 1 << (shift - 1);
  return floor + (rest > tie || (rest === tie && (floor & 1) === 1) ? 1 : 0);
}

/** Values within half a unit of the largest float32 round to infinity. NaN stays NaN. */
export function narrowBf16(source: Float32Array): Uint16Array {
  const bits = new Int32Array(source.buffer, source.byteOffset, source.length);
  const target = new Uint16Array(source.length);
  for (let i = 0; i < target.length; i++) {
    const word = bits[i] as number;
    const isNaN = (word & 0x7fffffff) > 0x7f800000;
    target[i] = isNaN ? (word >>> 16) | 0x40 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  }
  return target;
}
