/** @file What the ledger says about each data set: the answer of `softpost-owner budget`. */

import { lineageEpsilon, runsChargedTo, type Accounts, type LineageAccount, type RunAccount } from './accounts.ts';
import type { Head } from '../durable/chain.ts';
import type { Ledger } from './ledger.ts';

/** A bound on epsilon; JSON has no infinity. */
export type Epsilon = number | 'infinite';

export interface RunReport {
  readonly run: string;
  readonly day: string;
  readonly private: boolean;
  /** `open`: it runs, or was interrupted and may go on. */
  readonly state: 'open' | 'closed';
  readonly steps: number;
  readonly drawn: number;
  /** Draws that are still reserved for it. */
  readonly reserved: number;
  /** Of the run alone, by min(RDP, PLD) at its own delta: information, the cap does not go by it. */
  readonly certified: { readonly epsilon: number; readonly delta: number } | null;
}

export interface DataSetReport {
  readonly lineage: string;
  readonly adjacency: string;
  readonly unit: string;
  /** Of the cap; null before the first private run. */
  readonly delta: number | null;
  readonly cap: number | null;
  /** By the RDP filter, for what was drawn. */
  readonly spent: Epsilon;
  /** The same with what is reserved: the figure that the cap holds down. */
  readonly committed: Epsilon;
  /** Cap less `committed`; null without a cap. */
  readonly remaining: number | null;
  /** Runs that count here: those on this data set and on others that share a record with it. */
  readonly runs: readonly RunReport[];
}

export interface BudgetReport {
  readonly ledger: string;
  /** The whole chain was checked, or there would be an error instead of a report. */
  readonly chain: { readonly intact: true; readonly entries: number; readonly head: string };
  readonly dataSets: readonly DataSetReport[];
}

export interface BudgetQuery {
  readonly ledgerFile: string;
  /** A run that was given up, to be closed first. */
  readonly release?: string | undefined;
  /** An entry that a receipt names and that must be there. */
  readonly entry?: Head | undefined;
}

/** @throws BAD_OPTION, LEDGER_ROLLED_BACK */
export function budgetReport(ledger: Ledger, { ledgerFile, release, entry }: BudgetQuery): BudgetReport {
  if (entry) ledger.requireEntry(entry);
  if (release !== undefined) ledger.release(release);
  const accounts = ledger.accounts();
  const { sequence, hash } = ledger.head();
  return {
    ledger: ledgerFile,
    chain: { intact: true, entries: sequence, head: hash },
    dataSets: Array.from(accounts.lineages.values(), (lineage) => dataSetReport(accounts, lineage)),
  };
}

function dataSetReport(accounts: Accounts, lineage: LineageAccount): DataSetReport {
  const { id, adjacency, unit, terms } = lineage;
  const cap = terms?.cap ?? null;
  const spent = lineageEpsilon(accounts, lineage, ({ drawn }) => drawn);
  const committed = lineageEpsilon(accounts, lineage);
  return {
    lineage: id,
    adjacency,
    unit,
    delta: terms?.delta ?? null,
    cap,
    spent: toJson(spent),
    committed: toJson(committed),
    remaining: cap === null ? null : Math.max(0, cap - committed),
    runs: runsChargedTo(accounts, lineage).map(runReport),
  };
}

function runReport({ id, day, phases, open, steps, drawn, reserved, certified }: RunAccount): RunReport {
  return {
    run: id,
    day,
    private: phases !== null,
    state: open ? 'open' : 'closed',
    steps,
    drawn,
    reserved: open ? reserved - drawn : 0,
    certified,
  };
}

function toJson(epsilon: number): Epsilon {
  return Number.isFinite(epsilon) ? epsilon : 'infinite';
}
