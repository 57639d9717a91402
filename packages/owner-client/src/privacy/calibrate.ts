/** @file The smallest noise multiplier that reaches an epsilon, found with the accountant that will report it. */
import { SoftpostError } from '@softpost/shared/errors';
import { accountFor, type PrivacyAccountant, type PrivacyClaim } from '@softpost/shared/privacy/accountant';
import type { PrivacyEvent } from '@softpost/shared/privacy/event';
import { requireDelta, requireEpsilon } from '@softpost/shared/privacy/parameters';

/** Noise beyond this drowns any gradient, so an epsilon that needs more is out of reach. */
const MAX_NOISE = 2 ** 14;
const MIN_NOISE = 2 ** -6;

/** How close to the smallest multiplier the result is, relative; it always errs on the side of more noise. */
const TOLERANCE = 1e-6;

export interface CalibratedNoise {
  readonly noiseMultiplier: number;
  /** What the accountant reports at that multiplier; never above the target. */
  readonly epsilon: number;
}

/**
 * @param eventFor what will be done to the data when the noise multiplier is sigma
 * @throws SoftpostError PRIVACY_UNREACHABLE when no multiplier up to 2^14 reaches `epsilon`
 */
export function calibrateNoise(
  eventFor: (noiseMultiplier: number) => PrivacyEvent,
  target: PrivacyClaim & { readonly epsilon: number },
  account: PrivacyAccountant = accountFor,
): CalibratedNoise {
  requireEpsilon(target.epsilon);
  requireDelta(target.delta);
  const attempt = (noiseMultiplier: number): CalibratedNoise => ({
    noiseMultiplier,
    epsilon: account(eventFor(noiseMultiplier), target).epsilon,
  });

  if (attempt(MAX_NOISE).epsilon > target.epsilon) {
    throw new SoftpostError(
      'PRIVACY_UNREACHABLE',
      `epsilon ${target.epsilon} at delta ${target.delta} needs a noise multiplier above ${MAX_NOISE}`,
    );
  }
  let safe = attempt(1);
  while (safe.epsilon > target.epsilon) safe = attempt(safe.noiseMultiplier * 2);
  let unsafe = attempt(safe.noiseMultiplier / 2);
  while (unsafe.epsilon <= target.epsilon && unsafe.noiseMultiplier > MIN_NOISE) {
    safe = unsafe;
    unsafe = attempt(safe.noiseMultiplier / 2);
  }
  if (unsafe.epsilon <= target.epsilon) return unsafe;

  return narrow(unsafe, safe, target.epsilon, attempt);
}

/**
 * Closes the bracket by the Illinois form of regula falsi on log epsilon against log sigma, which is nearly a line.
 * An end that stays twice has its weight halved, so both ends move and the safe one can be returned.
 */
function narrow(
  unsafe: CalibratedNoise,
  safe: CalibratedNoise,
  epsilon: number,
  attempt: (noiseMultiplier: number) => CalibratedNoise,
): CalibratedNoise {
  let above = Math.log(unsafe.epsilon / epsilon);
  let below = Math.log(epsilon / safe.epsilon);
  let last: 'safe' | 'unsafe' | undefined;
  while (below > 0 && safe.noiseMultiplier > unsafe.noiseMultiplier * (1 + TOLERANCE)) {
    const share = above < Infinity && below < Infinity ? above / (above + below) : 0.5;
    const next = attempt(unsafe.noiseMultiplier * (safe.noiseMultiplier / unsafe.noiseMultiplier) ** share);
    const moved = next.epsilon > epsilon ? 'unsafe' : 'safe';
    if (moved === 'unsafe') {
      unsafe = next;
      above = Math.log(next.epsilon / epsilon);
      if (last === moved) below /= 2;
    } else {
      safe = next;
      below = Math.log(epsilon / next.epsilon);
      if (last === moved) above /= 2;
    }
    last = moved;
  }
  return safe;
}
