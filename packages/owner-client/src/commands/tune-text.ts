/** @file The result of `softpost-owner tune` for people: what may leave the site above, what must not below. */

import type { PrivacyStatement } from '@softpost/shared/artifact/prompt-card';
import type { Unit } from '@softpost/shared/privacy/unit';
import type { LocalHealth, TuneReport } from '../tune/tune.ts';
import { roundUp } from './round-up.ts';

export function tuneText({ promptDir, steps, privacy, local }: TuneReport): string {
  return [
    `prompt   ${promptDir}  (${steps} steps)`,
    `privacy  ${privacyText(privacy)}`,
    '',
    'Computed from single records, so PRIVATE: not in the prompt folder, and not for anybody outside.',
    ...healthLines(local, privacy.dp ? privacy.unit : 'example'),
  ].join('\n');
}

function privacyText(privacy: PrivacyStatement): string {
  if (!privacy.dp) return 'NONE: the prompt may give single records away, and its folder says so';
  return (
    `(epsilon ${roundUp(privacy.epsilon)}, delta ${privacy.delta}), one ${privacy.unit === 'user' ? 'user with all records' : 'record'} added or removed, ` +
    `by noise of ${privacy.noiseMultiplier.toFixed(4)} x clip norm ${privacy.clipNorm} in each step` +
    (privacy.bands === undefined ? '' : `, correlated over ${privacy.bands}`)
  );
}

function healthLines(health: LocalHealth, unit: Unit): readonly string[] {
  const { losses, meanLotSize, nonFiniteExamples, promptMoved, clipFraction, normQuantiles, gradientsSinceStep } =
    health;
  const known = losses.filter((loss) => loss !== null);
  const [first, last] = [known.at(0), known.at(-1)].map((loss) => loss?.toFixed(4) ?? 'unknown');
  return [
    `  private: loss of a lot ${first} at first, ${last} at last`,
    `  private: ${meanLotSize.toFixed(1)} ${unit === 'user' ? 'users' : 'records'} in a lot on average`,
    `  private: ${nonFiniteExamples} gradients were not finite and counted as zero`,
    ...(clipFraction === null
      ? []
      : [
          `  private: ${(100 * clipFraction).toFixed(0)} % of the gradients${gradientsSinceStep === undefined ? '' : ` since step ${gradientsSinceStep}`} were longer than the clip norm; ` +
            `their median norm was ${normQuantiles[1]!.toPrecision(2)}`,
        ]),
    `  private: the prompt moved by ${(100 * promptMoved).toFixed(1)} % of its norm`,
  ];
}
