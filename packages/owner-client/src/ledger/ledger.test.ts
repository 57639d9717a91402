import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test, vi } from 'vitest';
import { chargedDraws, lineageEpsilon } from './accounts.ts';
import { request, texts } from './keeping.fixture.ts';
import { Ledger } from './ledger.ts';
import type { LedgerRun } from './ledger-run.ts';

const dir = mkdtempSync(join(tmpdir(), 'softpost-ledger-'));
afterAll(() => rmSync(dir, { recursive: true }));

let files = 0;
function freshLedger(): Ledger {
  return new Ledger(join(dir, `${files++}.sqlite`));
}

function take(run: LedgerRun, steps: number): void {
  for (let i = 0; i < steps; i++) run.spend();
}

/** Charged epsilon of each lineage, in the order in which they came. */
function epsilons(ledger: Ledger): readonly number[] {
  const accounts = ledger.accounts();
  return [...accounts.lineages.values()].map((lineage) => lineageEpsilon(accounts, lineage));
}

function draws(ledger: Ledger): readonly number[] {
  return [...ledger.accounts().runs.values()].map(chargedDraws);
}

const exceeded = expect.objectContaining({ code: 'BUDGET_EXCEEDED' }) as Error;
const data = texts(20);

test('a run is charged in full before it starts', () => {
  using ledger = freshLedger();
  ledger.begin(request(ledger, data, { steps: 100 }));
  expect(draws(ledger)).toEqual([100]);
  expect(epsilons(ledger)[0]).toBeCloseTo(7.973, 3);
});

// Kills: a refund of steps that were drawn.
test('the end of a run frees only steps that it never took', () => {
  using ledger = freshLedger();
  const run = ledger.begin(request(ledger, data));
  take(run, 4);
  run.close();
  expect(draws(ledger)).toEqual([4]);
  expect(() => run.spend()).toThrow(expect.objectContaining({ code: 'LEDGER_BUSY' }));
});

test('more steps than were reserved are refused', () => {
  using ledger = freshLedger();
  const run = ledger.begin(request(ledger, data, { steps: 2 }));
  take(run, 2);
  expect(() => run.spend()).toThrow('has taken all of its 2 steps');
  expect(draws(ledger)).toEqual([2]);
});

// Kills: a resumed run that starts a new reservation, or that forgets the steps it draws a second time.
test('a run that goes on keeps its reservation, and pays again for what it draws again', () => {
  using ledger = freshLedger();
  const plan = request(ledger, data);
  take(ledger.begin(plan), 7);
  const resumed = ledger.begin({ ...plan, from: 5 });
  expect(draws(ledger)).toEqual([12]);
  take(resumed, 5);
  resumed.close();
  expect(draws(ledger)).toEqual([12]);
});

test('a run that goes on where it stopped pays nothing more', () => {
  using ledger = freshLedger();
  const plan = request(ledger, data);
  take(ledger.begin(plan), 5);
  take(ledger.begin({ ...plan, from: 5 }), 5);
  expect(draws(ledger)).toEqual([10]);
});

test('a checkpoint from under another ledger counts its steps as drawn', () => {
  using ledger = freshLedger();
  const run = ledger.begin(request(ledger, data, { from: 6 }));
  run.close();
  expect(draws(ledger)).toEqual([6]);
});

// Kills: a checkpoint that is newer than the ledger, accepted.
test('a checkpoint that has done more than the ledger knows is refused', () => {
  using ledger = freshLedger();
  const plan = request(ledger, data);
  take(ledger.begin(plan), 3);
  expect(() => ledger.begin({ ...plan, from: 4 })).toThrow(expect.objectContaining({ code: 'LEDGER_ROLLED_BACK' }));
});

// Kills: two processes that share one reservation.
test('who takes a run up takes it from whoever had it', () => {
  using ledger = freshLedger();
  const plan = request(ledger, data);
  const first = ledger.begin(plan);
  take(first, 2);
  const second = ledger.begin({ ...plan, from: 2 });
  expect(() => first.spend()).toThrow('goes on in another process');
  expect(() => first.close()).toThrow('goes on in another process');
  take(second, 8);
  expect(draws(ledger)).toEqual([10]);
});

// Kills: a filter that sums only the last run.
test('runs add up until the next one does not fit, which is refused before it starts', () => {
  using ledger = freshLedger();
  const plan = (out: string): ReturnType<typeof request> => request(ledger, data, { out, steps: 100, cap: 12 });
  ledger.begin(plan('a')).close();
  for (const out of ['b', 'c']) take(ledger.begin(plan(out)), 3);
  const before = ledger.head();
  expect(() => ledger.begin(plan('d'))).toThrow(exceeded);
  expect(() => ledger.begin(plan('d'))).toThrow(/with this run and 2 others, .* epsilon 14\.\d+ of the cap 12/);
  expect(ledger.head()).toEqual(before);
  const [b] = [...ledger.accounts().runs.values()].filter(({ open }) => open);
  ledger.release(b!.id);
  ledger.begin(plan('d'));
});

test('the filter stops exactly one step before the cap is passed', () => {
  using ledger = freshLedger();
  const probe = ledger.begin(request(ledger, data, { out: 'probe', steps: 50 }));
  const cap = epsilons(ledger)[0]!;
  probe.close();
  expect(() => ledger.begin(request(ledger, data, { steps: 51, cap: cap + 1e-9 }))).toThrow(exceeded);
  ledger.begin(request(ledger, data, { steps: 50, cap: cap + 1e-9 }));
});

test('a run that goes on is refused where what it draws again does not fit', () => {
  using ledger = freshLedger();
  const plan = request(ledger, data, { steps: 100, cap: 8 });
  take(ledger.begin(plan), 50);
  ledger.begin({ ...plan, from: 50 });
  expect(() => ledger.begin({ ...plan, from: 25 })).toThrow(exceeded);
});

// Kills: a cap raised silently; a cap lost when a later run names none.
test('a cap is set once', () => {
  using ledger = freshLedger();
  const plan = (cap?: number): ReturnType<typeof request> => request(ledger, data, { out: String(cap), cap });
  ledger.begin(plan(9));
  for (const other of [10, 8])
    expect(() => ledger.begin(plan(other))).toThrow(expect.objectContaining({ code: 'BUDGET_FIXED' }));
  ledger.begin(plan(9));
  ledger.begin(plan());
  expect([...ledger.accounts().lineages.values()].map(({ terms }) => terms?.cap)).toEqual([9]);
  expect(() => ledger.begin(request(ledger, data, { out: 'long', steps: 150 }))).toThrow(exceeded);
});

// Kills: a cap that is asked for when a run goes on, and silently not kept.
test('a run that goes on takes no other cap than it began with', () => {
  using ledger = freshLedger();
  for (const [out, cap] of [['free'], ['capped', 20]] as const) {
    const plan = request(ledger, texts(5, out), { out, cap });
    take(ledger.begin(plan), 2);
    const before = ledger.head();
    expect(() => ledger.begin({ ...plan, from: 2, cap: 9 })).toThrow(expect.objectContaining({ code: 'BUDGET_FIXED' }));
    expect(ledger.head()).toEqual(before);
    ledger.begin({ ...plan, from: 2 });
  }
});

test('without a cap runs only add up, and a cap that comes later counts them', () => {
  using ledger = freshLedger();
  ledger.begin(request(ledger, data, { out: 'a', steps: 100 }));
  ledger.begin(request(ledger, data, { out: 'b', steps: 100 }));
  expect(() => ledger.begin(request(ledger, data, { out: 'c', steps: 1, cap: 9 }))).toThrow(exceeded);
});

// Kills: a new data set that starts at zero though its records were used before, and an old one that is not told.
test('data sets that share one record are charged for each other, others are not', () => {
  using ledger = freshLedger();
  const [old, grown, foreign] = [data, ['record 3', ...texts(30, 'new')], texts(30, 'foreign')];
  ledger.begin(request(ledger, old, { out: 'old', steps: 100, cap: 12 })).close();
  take(ledger.begin(request(ledger, old, { out: 'old', steps: 60 })), 60);
  const alone = epsilons(ledger)[0]!;
  ledger.begin(request(ledger, foreign, { out: 'foreign', steps: 60, cap: 12 }));
  take(ledger.begin(request(ledger, grown, { out: 'grown', steps: 30 })), 30);
  const [ofOld, ofForeign, ofGrown] = epsilons(ledger);
  expect(ofOld).toBeGreaterThan(alone);
  expect(ofGrown).toBe(ofOld);
  expect(ofForeign).toBe(alone);
  expect(() => ledger.begin(request(ledger, grown, { out: 'more', steps: 150 }))).toThrow(/of the cap 12/);
});

// Kills: an order chosen anew because the data set was seen before, in a run that never drew.
test('the order comes from the oldest runs on shared records, also after a run without privacy that was given up', () => {
  using ledger = freshLedger();
  ledger.begin(request(ledger, data, { out: 'old', steps: 100 }));
  const grown = ['record 3', ...texts(30, 'new')];
  ledger.begin(request(ledger, grown, { out: 'open', phases: null, certified: null })).close();
  ledger.begin(request(ledger, grown, { out: 'small', steps: 1, cap: 100 }));
  const [order, inherited] = [...ledger.accounts().lineages.values()].map(({ terms }) => terms?.order);
  expect(inherited).toBe(order);
});

test('records that are counted by another unit are refused', () => {
  using ledger = freshLedger();
  ledger.begin(request(ledger, data));
  expect(() => ledger.begin(request(ledger, data, { unit: 'user' }))).toThrow(
    expect.objectContaining({
      code: 'BUDGET_FIXED',
      message: expect.stringContaining('counted by example') as string,
    }),
  );
});

/** A run on these records of these users. */
function byUser(
  ledger: Ledger,
  records: readonly string[],
  users: readonly string[],
  options: Parameters<typeof request>[2] = {},
): ReturnType<typeof request> {
  const plan = request(ledger, records, { unit: 'user (customer)', ...options });
  return { ...plan, records: [...plan.records, ...users.map((name) => ledger.hashUser(name))] };
}

// Kills: users who are known by their records only, so that new records start with a fresh budget; users named like records.
test('data sets that share one user are charged for each other, also where no record is the same', () => {
  using ledger = freshLedger();
  const bob = ['Bob', ' ann'];
  ledger.begin(byUser(ledger, texts(9, 'old'), ['Ann', 'Zoe'], { out: 'a', steps: 100 }));
  const alone = epsilons(ledger)[0]!;
  ledger.begin(byUser(ledger, ['Ann', 'Bob'], ['Eve'], { out: 'b', steps: 10 }));
  expect(epsilons(ledger)[0]).toBe(alone);
  ledger.begin(byUser(ledger, texts(9, 'new'), bob, { out: 'c', steps: 100 }));
  const [first, other, last] = epsilons(ledger);
  expect(first).toBeGreaterThan(1.2 * alone);
  expect([last, other! < alone]).toEqual([first, true]);
  expect(() => ledger.begin(byUser(ledger, texts(9, 'new'), bob, { out: 'd', steps: 100, cap: 12 }))).toThrow(exceeded);
});

// Kills: epsilon by one column added to epsilon by another; neither bounds what the other's users lose.
test('users that another column names are another unit', () => {
  using ledger = freshLedger();
  ledger.begin(byUser(ledger, data, ['Ann'], { out: 'a' }));
  for (const unit of ['user (session)', 'example'])
    expect(() => ledger.begin(request(ledger, data, { out: unit, unit }))).toThrow(
      expect.objectContaining({
        code: 'BUDGET_FIXED',
        message: expect.stringContaining('counted by user (customer)') as string,
      }),
    );
});

// Kills: a run without privacy that counts for one unit only; one that opens a way around the refusal above.
test('a run without privacy is infinite by every unit, and mixes none', () => {
  using ledger = freshLedger();
  const open = { phases: null, certified: null };
  ledger.begin(request(ledger, data, { ...open, out: 'open' })).close();
  take(ledger.begin(byUser(ledger, data, ['Ann'], { out: 'a' })), 1);
  expect(epsilons(ledger)[1]).toBeLessThan(Infinity);
  expect(() => ledger.begin(request(ledger, data, { out: 'by example' }))).toThrow('counted by user (customer)');
  take(ledger.begin(request(ledger, data, { ...open, out: 'open again' })), 1);
  expect(epsilons(ledger)).toEqual([Infinity, Infinity]);
  expect(() => ledger.begin(request(ledger, data, { out: 'by example' }))).toThrow('counted by user (customer)');
});

// Kills: a run without privacy that costs nothing.
test('a run without privacy is recorded as infinite, and fits no cap', () => {
  using ledger = freshLedger();
  const open = { phases: null, certified: null };
  take(ledger.begin(request(ledger, data, { ...open, out: 'open' })), 1);
  expect(epsilons(ledger)).toEqual([Infinity]);
  ledger.begin(request(ledger, data, { out: 'private' }));
  expect(epsilons(ledger)).toEqual([Infinity]);
  expect(() => ledger.begin(request(ledger, data, { out: 'capped', cap: 1000 }))).toThrow(exceeded);
  ledger.begin(request(ledger, texts(5, 'other'), { out: 'other', cap: 9 }));
  expect(() => ledger.begin(request(ledger, texts(5, 'other'), { ...open, out: 'other open' }))).toThrow(
    'without privacy on its records',
  );
});

// Kills: a position that tells whether the records of two runs overlap.
test('the position for a receipt is the same whether or not data sets share records', () => {
  const positions = [data, texts(20, 'other')].map((second) => {
    using ledger = freshLedger();
    ledger.begin(request(ledger, data, { steps: 100 }));
    const run = ledger.begin(request(ledger, second, { out: 'second', steps: 100 }));
    take(run, 1);
    return run.position(1e-5);
  });
  const hex = expect.stringMatching(/^[0-9a-f]{64}$/) as string;
  const hashes = { previousHash: hex, headHash: hex, lineage: hex };
  for (const position of positions) {
    expect(position).toEqual({ ...positions[0], ...hashes, sequence: 4, runsWithoutPrivacy: 0, drawn: 1 });
    expect(position.cumulativeEpsilon).toBeCloseTo(11.144, 3);
  }
});

test('a ledger that lost the entry of a receipt is found out', () => {
  using ledger = freshLedger();
  const run = ledger.begin(request(ledger, data));
  const { sequence, headHash: hash } = run.position(1e-5);
  ledger.requireEntry({ sequence, hash });
  for (const lost of [
    { sequence: sequence + 1, hash },
    { sequence: 1, hash },
  ])
    expect(() => ledger.requireEntry(lost)).toThrow(expect.objectContaining({ code: 'LEDGER_ROLLED_BACK' }));
});

// Kills: epsilon spent, as the clock was set back, on a prompt whose receipt contradicts the receipts before it.
test('no run begins or goes on before the day of the last one', () => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-03-01T23:59:59Z') });
  onTestFinished(() => void vi.useRealTimers());
  using ledger = freshLedger();
  const [first, other] = [request(ledger, data), request(ledger, data, { out: 'other' })];
  ledger.begin(first);
  vi.setSystemTime(new Date('2026-03-02T00:00:01Z'));
  ledger.begin(other);
  vi.setSystemTime(new Date('2026-03-01T23:59:59Z'));
  const head = ledger.head();
  for (const late of [first, request(ledger, data, { out: 'third' })])
    expect(() => ledger.begin(late)).toThrow(expect.objectContaining({ code: 'CLOCK_BEHIND' }) as Error);
  expect(ledger.head()).toEqual(head);
  vi.setSystemTime(new Date('2026-03-02T23:59:59Z'));
  ledger.begin(first);
});
