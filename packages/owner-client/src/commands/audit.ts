/** @file `softpost-owner audit`: attacks on the owner's own tuning, to find faults in its privacy. */

import { SoftpostError } from '@softpost/shared/errors';
import { setAction, type ActionContext } from '@softpost/shared/commands/cli';
import { inComputeProcess } from '@softpost/shared/commands/in-compute-process';
import { integerOption, numberOption } from '@softpost/shared/commands/options';
import { type Command, Option } from 'commander';
import type { StudentOptions } from '../audit/audited-student.ts';
import { DIRAC_DEFAULTS } from '../audit/dirac-defaults.ts';
import type { LiraOptions, LiraReport } from '../audit/lira.ts';
import type { OneRunReport, OneRunSettings } from '../audit/one-run.ts';
import type { Verdict } from '../audit/verdict.ts';
import type { PlanOptions } from '../privacy/sampling-plan.ts';
import { diracPlan, studentOptions, withAuditFlags, type AuditFlags } from './audit-flags.ts';
import { liraText, oneRunText } from './audit-text.ts';

/** Few enough to disturb the records little, and enough to show an epsilon of 3. */
const TEXT_DEFAULTS = { canaries: 400, guesses: 80 } as const;

const COMPUTE = new URL('../compute.ts', import.meta.url);

/** As many as POST itself makes; two minutes each on a student of two layers with the steps and lots of `tune`. */
const DEFAULT_SHADOWS = 8;

const ABOUT = `
An audit can show that a claim is false, never that it is true. It ends with exit code 1 when it found a violation.
What it shows about private records costs no privacy only as long as it stays on this site: it is marked LOCAL.
Runs with --bands or --unit-column cannot be audited: the attacks know records and independent noise only.`;

interface OneRunFlags extends AuditFlags {
  readonly kind: OneRunReport['kind'];
  readonly canaries?: number;
  readonly guesses?: number;
}

interface LiraFlags extends AuditFlags {
  readonly shadows: number;
  readonly work: string;
}

export function registerAudit(program: Command): void {
  const audit = program.command('audit').description("look for faults in the privacy of one's own tuning");
  const oneRun = audit
    .command('one-run')
    .description('canaries in one run, and guesses which of them were in')
    .addOption(
      new Option('--kind <kind>', 'dirac: unit gradients, no model; text: random texts, on the student')
        .choices(['dirac', 'text'])
        .default('dirac'),
    )
    .option(
      '--canaries <m>',
      `canaries (default: ${DIRAC_DEFAULTS.canaries} dirac, ${TEXT_DEFAULTS.canaries} text)`,
      integerOption('--canaries', { min: 64, max: 1e7 }),
    )
    .option(
      '--guesses <r>',
      `guesses (default: ${DIRAC_DEFAULTS.guesses} dirac, ${TEXT_DEFAULTS.guesses} text)`,
      integerOption('--guesses', { min: 2 }),
    )
    .option(
      '--noise-multiplier <s>',
      'of the audited plan, instead of --epsilon (dirac)',
      numberOption('--noise-multiplier', { above: 0 }),
    )
    .addHelpText('after', ABOUT);
  setAction(withAuditFlags(oneRun), { run: runOneRun, text: oneRunText, failure: violation });

  const lira = audit
    .command('lira')
    .description('shadow prompts on random halves, and membership inference by likelihood ratio')
    .option('--shadows <n>', 'shadow prompts', integerOption('--shadows', { min: 4, max: 999 }), DEFAULT_SHADOWS)
    .requiredOption('--work <dir>', 'folder that keeps finished shadow prompts; PRIVATE')
    .addHelpText('after', `${ABOUT}\nRun again with the same options, it goes on where it was.`);
  setAction(withAuditFlags(lira), {
    run: ({ shadows, work, report, ...flags }: LiraFlags, context) =>
      inComputeProcess<LiraOptions, LiraReport>(
        COMPUTE,
        'auditLira',
        { ...studentOptions(flags), shadows, workDir: work, reportFile: report },
        context,
      ),
    text: liraText,
    failure: violation,
  });
}

function runOneRun({ kind, report, ...flags }: OneRunFlags, context: ActionContext): Promise<OneRunReport> {
  const { canaries, guesses } = kind === 'dirac' ? DIRAC_DEFAULTS : TEXT_DEFAULTS;
  const settings = {
    canaries: flags.canaries ?? canaries,
    guesses: flags.guesses ?? guesses,
    reportFile: report,
  };
  if (kind === 'dirac')
    return inComputeProcess<OneRunSettings & { readonly plan: PlanOptions }, OneRunReport>(
      COMPUTE,
      'auditDirac',
      { ...settings, plan: diracPlan(flags) },
      context,
    );
  if (flags.noiseMultiplier !== undefined)
    throw new SoftpostError('BAD_OPTION', '--noise-multiplier needs --kind dirac; give --epsilon');
  return inComputeProcess<OneRunSettings & StudentOptions, OneRunReport>(
    COMPUTE,
    'auditText',
    { ...settings, ...studentOptions(flags) },
    context,
  );
}

function violation({ violation: found, verdict }: Verdict): SoftpostError | undefined {
  return found ? new SoftpostError('PRIVACY_VIOLATION', verdict) : undefined;
}
