/** @file How privacy figures are shown. */

/** Four digits for people; upwards, because a bound rounded down is false. */
export function roundUp(value: number): string {
  return (Math.ceil(value * 1e4) / 1e4).toFixed(4);
}
