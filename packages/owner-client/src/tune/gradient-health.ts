/** @file What the gradients of a run were like, for the owner alone: every number here depends on single records. */

/** Bins of the histogram of norms, per doubling: a quantile is right to 4.5 %. Memory does not grow with the run. */
const PER_OCTAVE = 16;
const QUANTILES = [0.1, 0.5, 0.9, 1] as const;

export interface GradientHealth {
  /** Share of finite gradients that are longer than the clip norm; null before the first. */
  readonly clipFraction: number | null;
  /** Norms before clipping at 10 %, 50 %, 90 % and 100 % of the records, rounded up by at most 4.5 %. */
  readonly normQuantiles: readonly number[];
}

export interface GradientWatch {
  /** Takes a norm before clipping, NaN for a gradient that was not finite. */
  readonly see: (norm: number) => void;
  readonly summary: () => GradientHealth;
}

export function watchGradients(clipNorm: number): GradientWatch {
  const bins = new Map<number, number>();
  let finite = 0;
  let clipped = 0;
  return {
    see: (norm) => {
      if (Number.isNaN(norm)) return;
      finite++;
      if (norm > clipNorm) clipped++;
      const bin = Math.ceil(Math.log2(norm) * PER_OCTAVE);
      bins.set(bin, (bins.get(bin) ?? 0) + 1);
    },
    summary: () => ({
      clipFraction: finite === 0 ? null : clipped / finite,
      normQuantiles: finite === 0 ? [] : quantiles(bins, finite),
    }),
  };
}

function quantiles(bins: ReadonlyMap<number, number>, total: number): readonly number[] {
  const ascending = [...bins].toSorted(([a], [b]) => a - b);
  return QUANTILES.map((share) => {
    let seen = 0;
    const [bin] = ascending.find(([, count]) => (seen += count) >= share * total)!;
    return 2 ** (bin / PER_OCTAVE);
  });
}
