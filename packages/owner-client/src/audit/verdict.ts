/** @file What an audit found, in plain words: never that something is private, only that nothing was found, or what was. */

export interface Verdict {
  /** Whether the claim is refuted at the audit's confidence. */
  readonly violation: boolean;
  readonly verdict: string;
}

/** Every audit's findings are wrong with probability at most 1 - CONFIDENCE. */
export const CONFIDENCE = 0.95;

/** @param claimed undefined where no privacy is claimed */
export function oneRunVerdict(lowerBound: number, claimed: number | undefined): Verdict {
  const shown = `epsilon is at least ${lowerBound.toFixed(2)} (95 % confidence)`;
  if (claimed === undefined)
    return { violation: false, verdict: `no violation found, as nothing is claimed: ${shown}` };
  return lowerBound > claimed
    ? { violation: true, verdict: `VIOLATION: ${shown}, but ${claimed.toFixed(2)} is claimed` }
    : {
        violation: false,
        verdict: `no violation found: ${shown}, and ${claimed.toFixed(2)} is claimed; this is no proof that the claim holds`,
      };
}
