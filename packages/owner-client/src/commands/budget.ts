/** @file `softpost-owner budget`: what the runs on each data set have spent, what is left, and whether the ledger is whole. */

import { setAction } from '@softpost/shared/commands/cli';
import { SoftpostError } from '@softpost/shared/errors';
import type { Command } from 'commander';
import type { BudgetReport, DataSetReport, Epsilon, RunReport } from '../ledger/budget-report.ts';
import { defaultLedgerFile } from '../ledger/default-ledger.ts';
import type { Head } from '../durable/chain.ts';
import { roundUp } from './round-up.ts';

interface BudgetFlags {
  readonly ledger: string;
  readonly release?: string;
  readonly entry?: Head;
}

export function registerBudget(program: Command): void {
  const command = program
    .command('budget')
    .description('privacy spent and left of each data set, and a check of the whole ledger')
    .option('--ledger <file>', 'privacy ledger (environment: SOFTPOST_LEDGER)', defaultLedgerFile())
    .option('--release <run>', 'end a run that was given up: steps that it never drew are free again')
    .option('--entry <n:hash>', 'refuse a ledger that lacks this entry, which a receipt names', entryOption);
  setAction(command, {
    run: async ({ ledger: ledgerFile, release, entry }: BudgetFlags): Promise<BudgetReport> => {
      const [{ existsSync }, { Ledger }, { budgetReport }] = await Promise.all([
        import('node:fs'),
        import('../ledger/ledger.ts'),
        import('../ledger/budget-report.ts'),
      ]);
      // A ledger that was removed is told apart by its key file.
      if (!existsSync(ledgerFile) && !existsSync(`${ledgerFile}.key`)) {
        const message = `${ledgerFile}: there is no ledger; the first softpost-owner tune makes it`;
        throw new SoftpostError('FILE_NOT_FOUND', message);
      }
      using ledger = new Ledger(ledgerFile);
      return budgetReport(ledger, { ledgerFile, release, entry });
    },
    text: budgetText,
  });
}

function entryOption(text: string): Head {
  const [, sequence, hash] = /^([1-9]\d{0,14}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (sequence !== undefined && hash !== undefined) return { sequence: Number(sequence), hash };
  throw new SoftpostError('BAD_OPTION', `--entry must be a number and a hash such as 12:9f…, got "${text}"`);
}

function budgetText({ ledger, chain, dataSets }: BudgetReport): string {
  return [
    `ledger  ${ledger}`,
    `chain   intact, ${chain.entries} entries, head ${chain.head}`,
    ...dataSets.flatMap((dataSet) => ['', ...dataSetLines(dataSet)]),
    '',
    'PRIVATE: that data sets share records shows here. Epsilon by the RDP filter; of a run alone by min(RDP, PLD).',
  ].join('\n');
}

function dataSetLines(report: DataSetReport): readonly string[] {
  const { lineage, adjacency, unit, delta, cap, spent, committed, remaining, runs } = report;
  return [
    `data set ${lineage.slice(0, 8)}  ${adjacency}, by ${unit}${delta === null ? '' : `, delta ${delta}`}`,
    `  epsilon  spent ${shown(spent)}  with reservations ${shown(committed)}  cap ${cap ?? 'none'}  left ${
      // Downwards, as this is what may still be spent.
      remaining === null ? '-' : (Math.floor(remaining * 1e4) / 1e4).toFixed(4)
    }`,
    `  ${'run'.padEnd(32)}  day         state   drawn        reserved  epsilon`,
    ...runs.map(runLine),
  ];
}

function runLine({ run, day, state, drawn, steps, reserved, certified }: RunReport): string {
  const epsilon = certified ? `${roundUp(certified.epsilon)} at delta ${certified.delta}` : 'infinite (no privacy)';
  return `  ${run}  ${day}  ${state.padEnd(6)}  ${`${drawn} of ${steps}`.padEnd(11)}  ${String(reserved).padEnd(8)}  ${epsilon}`;
}

function shown(epsilon: Epsilon): string {
  return epsilon === 'infinite' ? epsilon : roundUp(epsilon);
}
