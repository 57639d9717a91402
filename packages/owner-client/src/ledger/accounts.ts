/** @file What the entries add up to: runs, the data sets they were on, and who is charged for what. */

import type { Entry, EntryBody, Reservation } from './entry.ts';
import { bestEpsilon, epsilonAt, rdpOfDraws, type Mechanism } from './filter.ts';

export interface RunAccount extends Mechanism {
  readonly id: string;
  readonly lineage: string;
  readonly purpose: string;
  readonly day: string;
  readonly certified: Reservation['certified'];
  /** Times that noise may be drawn, those drawn already included. */
  readonly reserved: number;
  readonly drawn: number;
  /** Whether the checkpoint that it went on from holds every draw; false also where this ledger cannot know. */
  readonly unbroken: boolean;
  readonly open: boolean;
}

export interface LineageAccount {
  readonly id: string;
  readonly adjacency: string;
  readonly unit: string;
  readonly terms: Reservation['terms'];
  /** Lineages that share a record or user with this one, in both directions; itself included. */
  readonly related: ReadonlySet<string>;
}

export interface Accounts {
  readonly runs: ReadonlyMap<string, RunAccount>;
  readonly lineages: ReadonlyMap<string, LineageAccount>;
}

export function accountsOf(entries: Iterable<Pick<Entry, 'run' | 'body'>>): Accounts {
  const runs = new Map<string, RunAccount>();
  const lineages = new Map<string, LineageAccount>();
  for (const { run, body } of entries) {
    if (body.kind === 'reserve') {
      openLineage(lineages, body);
      runs.set(run, openRun(run, body));
    } else {
      const account = runs.get(run);
      if (account) runs.set(run, { ...account, ...changeOf(body, account) });
    }
  }
  return { runs, lineages };
}

function openLineage(lineages: Map<string, LineageAccount>, body: Reservation): void {
  const { lineage: id, adjacency, unit, terms, neighbours } = body;
  const related = new Set([id, ...neighbours, ...(lineages.get(id)?.related ?? [])]);
  lineages.set(id, { id, adjacency, unit, terms, related });
  for (const neighbour of neighbours) {
    const account = lineages.get(neighbour);
    if (account) lineages.set(neighbour, { ...account, related: new Set([...account.related, id]) });
  }
}

function openRun(id: string, body: Reservation): RunAccount {
  const { lineage, purpose, day, certified, phases, steps, drawn } = body;
  return {
    id,
    lineage,
    purpose,
    day,
    certified,
    phases,
    steps,
    drawn,
    reserved: steps,
    unbroken: drawn === 0,
    open: true,
  };
}

function changeOf(body: Exclude<EntryBody, Reservation>, { reserved }: RunAccount): Partial<RunAccount> {
  if (body.kind === 'resume') return { reserved: body.reserved, unbroken: body.reserved === reserved };
  if (body.kind === 'spend') return { drawn: body.drawn };
  return body.kind === 'close' ? { open: false } : {};
}

/** Draws that count against a budget: a reservation counts in full until the run is closed. */
export function chargedDraws({ open, reserved, drawn }: RunAccount): number {
  return open ? reserved : drawn;
}

/** Every run that used a record or user of this lineage, as far as the ledger can tell. */
export function runsChargedTo({ runs }: Accounts, { related }: LineageAccount): readonly RunAccount[] {
  return [...runs.values()].filter(({ lineage }) => related.has(lineage));
}

/** RDP at `order` of these runs: those that wait for their steps too, or only what was drawn. */
export function rdpOfRuns(
  runs: readonly RunAccount[],
  order: number,
  draws: (run: RunAccount) => number = chargedDraws,
): number {
  return runs.reduce((sum, run) => sum + rdpOfDraws(run, draws(run), order, run.reserved - run.steps), 0);
}

/** Epsilon that a lineage has spent, or with its reservations; infinite after a run without privacy, 0 before any. */
export function lineageEpsilon(
  accounts: Accounts,
  lineage: LineageAccount,
  draws: (run: RunAccount) => number = chargedDraws,
): number {
  const runs = runsChargedTo(accounts, lineage);
  if (lineage.terms === null) return runs.some((run) => draws(run) > 0) ? Infinity : 0;
  const { order, delta } = lineage.terms;
  return epsilonAt(rdpOfRuns(runs, order, draws), order, delta);
}

/** Epsilon of all private runs in the ledger together, as if all were on the same records. */
export function ledgerEpsilon({ runs }: Accounts, delta: number): number {
  const all = [...runs.values()].filter(({ phases }) => phases !== null);
  return bestEpsilon((order) => rdpOfRuns(all, order), delta);
}
