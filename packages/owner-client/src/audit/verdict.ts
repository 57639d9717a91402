/** @file What an audit found, in plain words: never that something is private, only that nothing was found, or what was. */

export interface Verdict {
  /** Whether the claim is refuted at the audit's confidence. */
  readonly violation: boolean;
  readonly verdict: string;
}

/** True positives of an attack at a limit of false ones. */
export interface LiraEvidence {
  readonly limit: number;
  readonly truePositiveRate: { readonly low: number };
  readonly allowed: number | null;
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

/** A claim is refuted where the attack's true positives, at the least, exceed what it allows at the most false positives. */
export function liraVerdict(points: readonly LiraEvidence[]): Verdict {
  const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
  const shown = ({ limit, truePositiveRate }: LiraEvidence): string =>
    `at least ${percent(truePositiveRate.low)} of members are told at ${percent(limit)} false positives (95 % confidence)`;
  const broken = points.find(({ truePositiveRate, allowed }) => allowed !== null && truePositiveRate.low > allowed);
  if (broken)
    return {
      violation: true,
      verdict: `VIOLATION: ${shown(broken)}, but the claim allows ${percent(broken.allowed!)}`,
    };
  const claimed = points.some(({ allowed }) => allowed !== null);
  const about = claimed ? 'which the claim allows; this is no proof that the claim holds' : 'and nothing is claimed';
  return { violation: false, verdict: `no violation found: ${shown(points.at(-1)!)}, ${about}` };
}
