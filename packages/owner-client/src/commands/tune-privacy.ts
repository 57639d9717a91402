/** @file The privacy flags of `softpost-owner tune` and `audit`, all public constants, and what they are by default. */

import { integerOption, numberOption } from '@softpost/shared/commands/options';
import { SoftpostError } from '@softpost/shared/errors';
import { NOISE_MODES, type NoiseMode } from '@softpost/shared/privacy/noise-mode';
import type { TrialLaw } from '@softpost/shared/privacy/selection';
import { type Command, Option } from 'commander';
import { CLIPPINGS, type Clipping } from '../privacy/sampling-plan.ts';
import { DEFAULT_UNIT_EXAMPLES, type UserUnit } from '../privacy/user-unit.ts';
import type { TunePrivacy } from '../tune/tune-options.ts';

export interface UnitFlags {
  readonly unitColumn?: string;
  readonly unitExamples?: number;
}

export interface PrivacyFlags extends UnitFlags {
  /** False when `--no-dp` is typed. */
  readonly dp: boolean;
  readonly epsilon?: number;
  readonly delta?: number;
  readonly publicSize?: number;
  readonly clipNorm?: number;
  readonly noise?: NoiseMode;
  readonly clipping?: Clipping;
  readonly bands?: number;
  readonly bestOf?: TrialLaw;
  readonly budget?: number;
}

/** A data set of the size that is common for a classification task of one enterprise. It depends on nobody's data. */
export const DEFAULT_PUBLIC_SIZE = 4096;

/** What is said of a run by whoever tunes it, and by whoever audits it. */
export function withPrivacyFlags(command: Command): Command {
  return command
    .option('--epsilon <e>', 'privacy budget of the whole run (default: 8)', numberOption('--epsilon', { above: 0 }))
    .option('--delta <d>', 'below 1 / public size (default: 1e-6)', numberOption('--delta', { above: 0, below: 1 }))
    .option(
      '--public-size <n>',
      `public estimate of the number of records, or users (default: ${DEFAULT_PUBLIC_SIZE})`,
      integerOption('--public-size', { min: 1 }),
    )
    .option(
      '--clip-norm <c>',
      'bound on the norm of one gradient (default: 1)',
      numberOption('--clip-norm', { above: 0 }),
    )
    .addOption(new Option('--noise <mode>', 'exact is proven to the last bit (default: rounded)').choices(NOISE_MODES))
    .addOption(
      new Option('--clipping <how>', 'auto-s lets small gradients count as much as large ones (default: flat)').choices(
        CLIPPINGS,
      ),
    );
}

/** @throws BAD_OPTION when the second flag stands without the first: an example is no user */
export function userUnit({ unitColumn, unitExamples }: UnitFlags): UserUnit | undefined {
  if (unitColumn !== undefined) return { column: unitColumn, examples: unitExamples ?? DEFAULT_UNIT_EXAMPLES };
  if (unitExamples === undefined) return undefined;
  throw new SoftpostError('BAD_OPTION', '--unit-examples needs --unit-column');
}

/** @throws BAD_OPTION when a privacy flag stands beside --no-dp: one of the two is a mistake, and which is not ours to guess */
export function privacyOptions({
  dp,
  epsilon,
  delta,
  publicSize,
  clipNorm,
  noise,
  clipping,
  bands,
  bestOf,
  budget,
  ...unit
}: PrivacyFlags): TunePrivacy {
  if (dp) {
    return {
      dp,
      epsilon: epsilon ?? 8,
      delta: delta ?? 1e-6,
      publicSize: publicSize ?? DEFAULT_PUBLIC_SIZE,
      clipNorm: clipNorm ?? 1,
      noiseMode: noise ?? 'rounded',
      clipping: clipping ?? 'flat',
      bands: bands ?? 1,
      user: userUnit(unit),
      trials: bestOf,
    };
  }
  const given = Object.entries({
    '--epsilon': epsilon,
    '--delta': delta,
    '--public-size': publicSize,
    '--clip-norm': clipNorm,
    '--noise': noise,
    '--clipping': clipping,
    '--bands': bands,
    '--best-of': bestOf,
    '--budget': budget,
    '--unit-column': unit.unitColumn,
    '--unit-examples': unit.unitExamples,
  });
  const [flag] = given.find(([, value]) => value !== undefined) ?? [];
  if (flag !== undefined) throw new SoftpostError('BAD_OPTION', `${flag} and --no-dp exclude each other`);
  return { dp };
}
