/** @file `softpost-owner privacy`: answers about (epsilon, delta) that need neither model nor data. */

import { setAction } from '@softpost/shared/commands/cli';
import { integerOption, numberOption } from '@softpost/shared/commands/options';
import type { Command } from 'commander';
import { roundUp } from './round-up.ts';

/** The flags both questions share; their valid ranges are the accountant's own. */
interface RunFlags {
  readonly samplingRate: number;
  readonly steps: number;
  readonly delta: number;
}

export function registerPrivacy(program: Command): void {
  const privacy = program.command('privacy').description('epsilon of a noise multiplier, and the reverse');

  const epsilon = privacy
    .command('epsilon')
    .description('the epsilon that a DP-SGD run spends (add-or-remove-one adjacency, Poisson sampling)')
    .requiredOption('--noise-multiplier <S>', 'noise multiplier', numberOption('--noise-multiplier'));
  setAction(withRunFlags(epsilon), {
    run: async (flags: RunFlags & { readonly noiseMultiplier: number }) => {
      const { privacyEpsilon } = await import('../privacy/query.ts');
      return privacyEpsilon(flags);
    },
    text: ({ epsilon: certified, pld, rdp }) =>
      [
        `epsilon  ${roundUp(certified)}`,
        `  by PLD ${roundUp(Math.max(pld.add, pld.remove))}  (add ${roundUp(pld.add)}, remove ${roundUp(pld.remove)})`,
        `  by RDP ${roundUp(rdp.epsilon)}  (order ${rdp.order})`,
      ].join('\n'),
  });

  const noise = privacy
    .command('noise')
    .description('the least noise multiplier that keeps a DP-SGD run within epsilon')
    .requiredOption('--epsilon <E>', 'epsilon to keep', numberOption('--epsilon'));
  setAction(withRunFlags(noise), {
    run: async (flags: RunFlags & { readonly epsilon: number }) => {
      const { privacyNoise } = await import('../privacy/query.ts');
      return privacyNoise(flags);
    },
    text: ({ noiseMultiplier, epsilon: spent }) =>
      `noise multiplier  ${roundUp(noiseMultiplier)}\nepsilon           ${roundUp(spent)}`,
  });
}

function withRunFlags(command: Command): Command {
  return command
    .requiredOption('--sampling-rate <Q>', 'probability of an example to be in a lot', numberOption('--sampling-rate'))
    .requiredOption('--steps <T>', 'number of steps', integerOption('--steps'))
    .requiredOption('--delta <D>', 'delta, below 1 / the size of the data set', numberOption('--delta'));
}
