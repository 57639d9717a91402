/** @file `softpost-owner privacy`: answers about (epsilon, delta) that need neither model nor data. */

import { setAction } from '@softpost/shared/commands/cli';
import { integerOption, numberOption } from '@softpost/shared/commands/options';
import type { TrialLaw } from '@softpost/shared/privacy/selection';
import type { Command } from 'commander';
import { drawTrials, trialLaw } from '../privacy/trials.ts';
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

  const trials = privacy
    .command('trials')
    .description('how many runs to tune when only the best of them is to be used: drawn by a law, to be kept secret')
    .requiredOption('--best-of <law>', 'geometric:MEAN, logarithmic:MEAN or poisson:MEAN', trialLaw)
    .addHelpText('after', ABOUT_TRIALS);
  setAction(trials, {
    run: async ({ bestOf: law }: { readonly bestOf: TrialLaw }) => {
      const { secureRandom } = await import('../tune/csprng.ts');
      return { trials: drawTrials(law, secureRandom()), law };
    },
    text: ({ trials: count }) => `runs  ${count}  (secret; draw once, and make all of them)`,
  });
}

const ABOUT_TRIALS = `
Trying several settings and releasing the best prompt tells more than one run does. The epsilon of the receipt covers that
(Papernot & Steinke, arXiv 2110.03620) if
- the number of runs is the one drawn here, once, and is kept secret;
- each run takes settings drawn at random, anew, from a list that was fixed beforehand (learning rate, optimiser, virtual tokens,
  seed), with the same --best-of, --epsilon, --delta, --steps, --batch and --public-size in all of them;
- "best" goes by PUBLIC texts, and no other prompt of these runs is ever released.
The ledger charges every run by itself, and the place and the sum of it in a receipt give the number of runs away. So \`submit\` and \`run\` refuse such a
prompt: it is for use on this site. Neither its receipt nor another one of the same ledger may reach whoever gets the prompt.`;

function withRunFlags(command: Command): Command {
  return command
    .requiredOption('--sampling-rate <Q>', 'probability of an example to be in a lot', numberOption('--sampling-rate'))
    .requiredOption('--steps <T>', 'number of steps', integerOption('--steps'))
    .requiredOption('--delta <D>', 'delta, below 1 / the size of the data set', numberOption('--delta'));
}
