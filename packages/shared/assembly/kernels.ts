/**
 * @file SIMD kernels of the optimisers in AssemblyScript; built by scripts/build-kernels.mjs.
 * ../src/optim/plain-kernels.ts says what each does, operation by operation: both round alike, so results are bit-equal.
 * Pointers are byte offsets into the imported memory, `n` counts elements, and each loop ends with a scalar tail.
 */

/** One AdamW step over n entries. */
export function adamW(
  parameters: usize,
  gradients: usize,
  m: usize,
  v: usize,
  n: u32,
  scale: f32,
  beta1: f32,
  rest1: f32,
  beta2: f32,
  rest2: f32,
  keep: f32,
  rate: f32,
  correction: f32,
  epsilon: f32,
): void {
  const scale4 = f32x4.splat(scale);
  const beta1x4 = f32x4.splat(beta1);
  const rest1x4 = f32x4.splat(rest1);
  const beta2x4 = f32x4.splat(beta2);
  const rest2x4 = f32x4.splat(rest2);
  const keep4 = f32x4.splat(keep);
  const rate4 = f32x4.splat(rate);
  const correction4 = f32x4.splat(correction);
  const epsilon4 = f32x4.splat(epsilon);
  const bytes: usize = n << 2;
  const vectorBytes: usize = bytes & ~15;
  let at: usize = 0;
  for (; at < vectorBytes; at += 16) {
    const g = f32x4.mul(scale4, v128.load(gradients + at));
    const m1 = f32x4.add(f32x4.mul(beta1x4, v128.load(m + at)), f32x4.mul(rest1x4, g));
    const v1 = f32x4.add(f32x4.mul(beta2x4, v128.load(v + at)), f32x4.mul(f32x4.mul(rest2x4, g), g));
    const root = f32x4.add(f32x4.mul(f32x4.sqrt(v1), correction4), epsilon4);
    const kept = f32x4.mul(keep4, v128.load(parameters + at));
    v128.store(m + at, m1);
    v128.store(v + at, v1);
    v128.store(parameters + at, f32x4.sub(kept, f32x4.div(f32x4.mul(rate4, m1), root)));
  }
  for (; at < bytes; at += 4) {
    const g = scale * load<f32>(gradients + at);
    const m1 = beta1 * load<f32>(m + at) + rest1 * g;
    const v1 = beta2 * load<f32>(v + at) + rest2 * g * g;
    store<f32>(m + at, m1);
    store<f32>(v + at, v1);
    store<f32>(parameters + at, keep * load<f32>(parameters + at) - (rate * m1) / (sqrt(v1) * correction + epsilon));
  }
}

/** Sum of squares in float64; entry i is added to partial sum i mod 4. */
export function squaredNorm(x: usize, n: u32): f64 {
  const bytes: usize = n << 2;
  const vectorBytes: usize = bytes & ~15;
  let sum01 = f64x2.splat(0);
  let sum23 = f64x2.splat(0);
  let at: usize = 0;
  for (; at < vectorBytes; at += 16) {
    const x01 = f64x2.promote_low_f32x4(v128.load64_zero(x + at));
    const x23 = f64x2.promote_low_f32x4(v128.load64_zero(x + at + 8));
    sum01 = f64x2.add(sum01, f64x2.mul(x01, x01));
    sum23 = f64x2.add(sum23, f64x2.mul(x23, x23));
  }
  let sum0 = f64x2.extract_lane(sum01, 0);
  let sum1 = f64x2.extract_lane(sum01, 1);
  let sum2 = f64x2.extract_lane(sum23, 0);
  if (at < bytes) sum0 += square(x + at);
  if (at + 4 < bytes) sum1 += square(x + at + 4);
  if (at + 8 < bytes) sum2 += square(x + at + 8);
  return sum0 + sum1 + (sum2 + f64x2.extract_lane(sum23, 1));
}

function square(at: usize): f64 {
  const x = f64(load<f32>(at));
  return x * x;
}

/** sum += factor * x, with x in float32 and sum in float64. */
export function accumulate(x: usize, factor: f64, sum: usize, n: u32): void {
  const factor2 = f64x2.splat(factor);
  const pairs = n & ~1;
  for (let i: u32 = 0; i < pairs; i += 2) {
    const scaled = f64x2.mul(factor2, f64x2.promote_low_f32x4(v128.load64_zero(x + (i << 2))));
    const at = sum + (i << 3);
    v128.store(at, f64x2.add(v128.load(at), scaled));
  }
  if (pairs < n) {
    const at = sum + (pairs << 3);
    store<f64>(at, load<f64>(at) + factor * f64(load<f32>(x + (pairs << 2))));
  }
}

/** sum += noise, both in float64. */
export function addNoise(sum: usize, noise: usize, n: u32): void {
  const bytes: usize = n << 3;
  const vectorBytes: usize = bytes & ~15;
  let at: usize = 0;
  for (; at < vectorBytes; at += 16) v128.store(sum + at, f64x2.add(v128.load(sum + at), v128.load(noise + at)));
  if (at < bytes) store<f64>(sum + at, load<f64>(sum + at) + load<f64>(noise + at));
}

/** out = sum / divisor, rounded once to float32. */
export function scaledCopy(sum: usize, divisor: f64, out: usize, n: u32): void {
  const divisor2 = f64x2.splat(divisor);
  const pairs = n & ~1;
  for (let i: u32 = 0; i < pairs; i += 2) {
    const quotient = f64x2.div(v128.load(sum + (i << 3)), divisor2);
    v128.store64_lane(out + (i << 2), f32x4.demote_f64x2_zero(quotient), 0);
  }
  if (pairs < n) store<f32>(out + (pairs << 2), f32(load<f64>(sum + (pairs << 3)) / divisor));
}

/** Whether all exponent bits are set in any of n 32-bit words. */
export function hasNonFinite32(words: usize, n: u32, exponent: u32): bool {
  const exponent4 = i32x4.splat(exponent);
  const bytes: usize = n << 2;
  const vectorBytes: usize = bytes & ~15;
  let at: usize = 0;
  for (; at < vectorBytes; at += 16) {
    if (v128.any_true(i32x4.eq(v128.and(v128.load(words + at), exponent4), exponent4))) return true;
  }
  for (; at < bytes; at += 4) if ((load<u32>(words + at) & exponent) == exponent) return true;
  return false;
}

/** Whether all exponent bits are set in any of n 16-bit words. */
export function hasNonFinite16(words: usize, n: u32, exponent: u32): bool {
  const exponent8 = i16x8.splat(i16(exponent));
  const bytes: usize = n << 1;
  const vectorBytes: usize = bytes & ~15;
  let at: usize = 0;
  for (; at < vectorBytes; at += 16) {
    if (v128.any_true(i16x8.eq(v128.and(v128.load(words + at), exponent8), exponent8))) return true;
  }
  for (; at < bytes; at += 2) if ((u32(load<u16>(words + at)) & exponent) == exponent) return true;
  return false;
}
