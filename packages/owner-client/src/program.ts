/** @file The commands of `softpost-owner`. */

import { createProgram } from '@softpost/shared/commands/cli';
import { registerScoring } from '@softpost/shared/commands/scoring';
import { registerVerifyReceipt } from '@softpost/shared/commands/verify-receipt';
import type { Command } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { EXAMPLES } from './commands/examples.ts';
import { registerEgress } from './commands/egress.ts';
import { registerFetchStudent } from './commands/fetch-student.ts';
import { registerGenerate } from './commands/generate.ts';
import { registerInit } from './commands/init.ts';
import { registerJobs } from './commands/jobs.ts';
import { registerOffers } from './commands/offers.ts';
import { registerPlan } from './commands/plan.ts';
import { registerPredict } from './commands/predict.ts';
import { registerPrompts } from './commands/prompts.ts';
import { registerRun } from './commands/run.ts';
import { registerSubmit } from './commands/submit.ts';
import { registerKeys } from './commands/keys.ts';
import { registerBudget } from './commands/budget.ts';
import { registerAudit } from './commands/audit.ts';
import { registerPrivacy } from './commands/privacy.ts';
import { registerTune } from './commands/tune.ts';

export function ownerProgram(): Command {
  const program = createProgram(
    'softpost-owner',
    manifest.version,
    'Tune soft prompts on private data, locally and with differential privacy.',
  );
  registerInit(program);
  registerRun(program);
  registerOffers(program);
  registerFetchStudent(program);
  registerPlan(program);
  registerTune(program);
  registerSubmit(program);
  registerJobs(program);
  registerPrompts(program);
  registerPredict(program);
  registerGenerate(program);
  registerEgress(program);
  registerScoring(program, {
    compute: new URL('compute.ts', import.meta.url),
    notice: 'an accuracy on private texts is private: epsilon does not cover telling it, or choosing a prompt by it',
  });
  registerKeys(program);
  registerPrivacy(program);
  registerVerifyReceipt(program);
  registerBudget(program);
  registerAudit(program);
  for (const command of commandsIn(program)) {
    const example = EXAMPLES[nameOf(command)];
    if (example !== undefined)
      command.addHelpText('after', `\nExample: ${program.name()} ${nameOf(command)} ${example}`);
  }
  return program;
}

/** Those that do something: not the groups. */
export function commandsIn(command: Command): readonly Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(commandsIn);
}

/** With its groups, as it is typed after the program's name. */
export function nameOf(command: Command): string {
  const group = command.parent?.parent ? `${nameOf(command.parent)} ` : '';
  return group + command.name();
}
