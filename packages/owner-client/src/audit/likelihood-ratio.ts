/**
 * @file The likelihood ratio attack LiRA: Carlini et al., "Membership Inference Attacks From First Principles" (arXiv 2112.03570, algorithm 1),
 * with every shadow prompt attacked by means of all others (leave one out).
 */

export interface Shadow {
  /** [records] 1 for a record that the prompt was tuned with. */
  readonly members: Uint8Array;
  /** [records] ln(p / (1 - p)) of the right label under the prompt. */
  readonly confidences: Float32Array;
}

/** One trial for each pair of shadow prompt and record. */
export interface AttackScores {
  /** log N(confidence; in) - log N(confidence; out): the higher, the more likely a member. */
  readonly scores: Float64Array;
  readonly included: Uint8Array;
}

/** Pairs whose record the other prompts have only with, or only without, are left out: there is nothing to compare. */
export function likelihoodRatios(shadows: readonly Shadow[]): AttackScores {
  const scores: number[] = [];
  const included: number[] = [];
  for (const target of shadows) {
    const others = shadows.filter((shadow) => shadow !== target);
    const inside = gaussians(others, 1);
    const outside = gaussians(others, 0);
    target.confidences.forEach((confidence, record) => {
      const score = logDensity(confidence, inside, record) - logDensity(confidence, outside, record);
      if (!Number.isFinite(score)) return;
      scores.push(score);
      included.push(target.members[record]!);
    });
  }
  return { scores: Float64Array.from(scores), included: Uint8Array.from(included) };
}

/** A mean for each record, and one variance for all: with a few shadows a record's own variance is mostly noise (section 5.2 there). */
interface Gaussians {
  /** [records] NaN where there is none. */
  readonly means: Float64Array;
  readonly variance: number;
}

function gaussians(shadows: readonly Shadow[], bit: 0 | 1): Gaussians {
  const records = shadows[0]?.confidences.length ?? 0;
  const means = new Float64Array(records);
  let squares = 0;
  let freedom = 0;
  for (let record = 0; record < records; record++) {
    const seen = shadows.flatMap(({ members, confidences }) => (members[record] === bit ? [confidences[record]!] : []));
    const mean = seen.reduce((sum, value) => sum + value, 0) / seen.length;
    means[record] = mean;
    squares += seen.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    freedom += Math.max(0, seen.length - 1);
  }
  return { means, variance: Math.max(squares / freedom, Number.MIN_VALUE) };
}

function logDensity(value: number, { means, variance }: Gaussians, record: number): number {
  return -((value - means[record]!) ** 2) / (2 * variance) - Math.log(variance) / 2;
}
