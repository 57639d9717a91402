/** @file The ways of making the noise, and the bounds that hold for each. */
import { accountFor, accountForExactNoise, type PrivacyAccountant } from './accountant.ts';

/**
 * `rounded`: float64 normal deviates, the noisy sum rounded to a coarse grid; fast, without a proof for the finite precision.
 * `exact`: discrete Gaussian on integers, proven down to the last bit, for a somewhat larger epsilon.
 */
export const NOISE_MODES = ['rounded', 'exact'] as const;
export type NoiseMode = (typeof NOISE_MODES)[number];

/** `bounds` names, in statements and receipts, what `account` takes the smallest of. */
export const NOISE_ACCOUNTANTS = {
  rounded: { bounds: 'min(rdp, pld)', account: accountFor },
  exact: { bounds: 'rdp of integer orders', account: accountForExactNoise },
} as const satisfies Record<NoiseMode, { readonly bounds: string; readonly account: PrivacyAccountant }>;
