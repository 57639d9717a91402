/** @file What a run that wants to begin writes into the ledger, or why it may not. */

import { SoftpostError } from '@softpost/shared/errors';
import {
  accountsOf,
  chargedDraws,
  rdpOfRuns,
  runsChargedTo,
  type Accounts,
  type LineageAccount,
  type RunAccount,
} from './accounts.ts';
import type { Entry, Reservation } from './entry.ts';
import { chooseOrder, epsilonAt, rdpBudget, type Mechanism } from './filter.ts';
import type { Lineage } from './lineage.ts';
import type { Addition } from './store.ts';

export interface RunPlan extends Mechanism {
  /** Steps that the checkpoint of an interrupted run has done; 0 without one. */
  readonly from: number;
  /** What the run alone is certified with; null without privacy. */
  readonly certified: Reservation['certified'];
  /** Epsilon that all runs on these records together may not exceed. @default none, or the one that was set before */
  readonly cap?: number | undefined;
}

export interface RunNames {
  readonly purpose: string;
  readonly session: string;
  /** For a run that is new. */
  readonly freshId: string;
  /** UTC. */
  readonly today: string;
}

/**
 * The entry with which a run begins or goes on.
 * @param lineagesWith lineages in the ledger that hold one of these records
 * @throws BUDGET_EXCEEDED, BUDGET_FIXED; CLOCK_BEHIND; LEDGER_ROLLED_BACK when the checkpoint is ahead of the ledger
 */
export function reservation(
  entries: readonly Entry[],
  lineage: Lineage,
  plan: RunPlan,
  names: RunNames,
  lineagesWith: (records: readonly Buffer[]) => readonly string[],
): Addition {
  refuseEarlierDay(entries, names.today);
  const accounts = accountsOf(entries);
  const interrupted = [...accounts.runs.values()].find(
    (run) => run.open && run.purpose === names.purpose && run.lineage === lineage.id,
  );
  const addition = interrupted
    ? resumption(interrupted, capOf(accounts, lineage), plan, names)
    : opening(accounts, lineage, plan, names, accounts.lineages.has(lineage.id) ? [] : lineagesWith(lineage.records));
  refuseAboveCap(accountsOf([...entries, addition]), lineage.id);
  return addition;
}

/** A receipt states its day and its place in the ledger: the provider takes one whose day is before that of an earlier place for a ledger put back. */
function refuseEarlierDay(entries: readonly Entry[], today: string): void {
  const last = entries.findLast(({ body }) => body.kind === 'reserve')?.body as Reservation | undefined;
  if (last === undefined || last.day <= today) return;
  throw new SoftpostError('CLOCK_BEHIND', `today is ${today}, but the last run in the ledger began on ${last.day}`);
}

/**
 * Steps after the checkpoint were drawn once and are drawn again: two releases, both counted. Nobody can vouch that the first was never seen (its loss was
 * shown, and what stopped the run may have depended on it).
 */
function resumption(
  { id, drawn, steps }: RunAccount,
  known: number | null,
  { from, cap }: RunPlan,
  { session }: RunNames,
): Addition {
  if (cap !== undefined && cap !== known) {
    const message = `run ${id} began with the cap ${known ?? 'none'}, and goes on with it; it cannot become ${cap}`;
    throw new SoftpostError('BUDGET_FIXED', message);
  }
  if (drawn < from) {
    const message = `the checkpoint has done ${from} steps, of which the ledger knows ${drawn}`;
    throw new SoftpostError('LEDGER_ROLLED_BACK', message);
  }
  return { run: id, body: { kind: 'resume', session, reserved: drawn + steps - from } };
}

function opening(
  accounts: Accounts,
  lineage: Lineage,
  plan: RunPlan,
  { purpose, session, freshId, today }: RunNames,
  neighbours: readonly string[],
): Addition {
  const { id, root, adjacency, unit, records } = lineage;
  const { phases, steps, from, certified } = plan;
  const body: Reservation = {
    kind: 'reserve',
    session,
    day: today,
    purpose,
    lineage: id,
    root,
    adjacency,
    unit,
    neighbours: [...neighbours],
    phases: phases && [...phases],
    steps,
    drawn: from,
    certified,
    terms: termsOf(accounts, lineage, plan, neighbours),
  };
  const isNew = !accounts.lineages.has(id);
  return { run: freshId, body, ...(isNew ? { records: { lineage: id, hashes: records } } : {}) };
}

function capOf({ lineages }: Accounts, { id }: Lineage): number | null {
  return lineages.get(id)?.terms?.cap ?? null;
}

/** Delta and order come with the first private run, from public constants, and stay; so does the cap once there is one. */
function termsOf(
  { lineages }: Accounts,
  { id, adjacency, unit }: Lineage,
  plan: RunPlan,
  neighbours: readonly string[],
): Reservation['terms'] {
  const known = lineages.get(id)?.terms ?? null;
  const cap = plan.cap ?? null;
  if (known?.cap != null && cap !== null && cap !== known.cap) {
    const message = `data set ${id.slice(0, 8)} has the cap epsilon ${known.cap}; it cannot become ${cap}`;
    throw new SoftpostError('BUDGET_FIXED', message);
  }
  const relatedIds = new Set([...neighbours, ...(lineages.get(id)?.related ?? [])]);
  const related = [...lineages.values()].filter((other) => other.id !== id && relatedIds.has(other.id));
  // No figure by one unit bounds the loss by another, either way. A run without privacy is infinite by any, so it mixes with all.
  const isForeign = (other: LineageAccount): boolean => other.adjacency !== adjacency || other.unit !== unit;
  const foreign = plan.certified && related.find((other) => other.terms !== null && isForeign(other));
  if (foreign) {
    const message = `some of these records or users are counted by ${foreign.unit} and ${foreign.adjacency}, not by ${unit} and ${adjacency}`;
    throw new SoftpostError('BUDGET_FIXED', message);
  }
  if (known) return { ...known, cap: known.cap ?? cap };
  if (!plan.certified) return null;
  const { delta } = plan.certified;
  // The order of the oldest account that shares records: chosen before any of the runs that count.
  const inherited = related.find(({ terms }) => terms !== null)?.terms?.order;
  return { delta, order: inherited ?? chooseOrder(plan, delta, cap), cap };
}

function refuseAboveCap(accounts: Accounts, id: string): void {
  for (const relatedId of accounts.lineages.get(id)!.related) {
    const lineage = accounts.lineages.get(relatedId)!;
    if (lineage.terms?.cap == null) continue;
    const { cap, order, delta } = lineage.terms;
    const runs = runsChargedTo(accounts, lineage);
    const total = rdpOfRuns(runs, order);
    if (total <= rdpBudget(cap, order, delta)) continue;
    const drawn = rdpOfRuns(runs, order, (run) => run.drawn);
    const [whole, spent] = [total, drawn].map((rdp) => epsilonAt(rdp, order, delta).toFixed(4));
    const others = runs.filter((run) => chargedDraws(run) > 0).length - 1;
    const message = Number.isFinite(total)
      ? `with this run and ${others} others, data set ${relatedId.slice(0, 8)} would spend epsilon ${whole} of the cap ${cap} (at order ${order}, delta ${delta}; spent so far: ${spent})`
      : `data set ${relatedId.slice(0, 8)} has the cap epsilon ${cap}, which a run without privacy on its records does not keep`;
    throw new SoftpostError('BUDGET_EXCEEDED', message);
  }
}
