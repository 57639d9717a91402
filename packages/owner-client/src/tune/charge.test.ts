/** @file Tuning under the ledger: what is counted, when, and what is refused. */

import { copyFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { RunEvent } from '@softpost/shared/events';
import { verifyReceipt } from '@softpost/shared/receipt/verify-receipt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunAccount } from '../ledger/accounts.ts';
import { budgetReport, type BudgetReport } from '../ledger/budget-report.ts';
import { Ledger } from '../ledger/ledger.ts';
import { insecureTestRandom, secureRandom } from './csprng.ts';
import { filmRecords, filmRecordsOf, writeFilms, writeRecords } from './films.fixture.ts';
import { TUNE_DEFAULTS, type TuneOptions } from './tune-options.ts';
import { tune, type TuneContext, type TuneReport } from './tune.ts';

const dir = await mkdtemp(join(tmpdir(), 'softpost-charge-'));
const at = (name: string): string => join(dir, name);
const ledgerAt = (name: string): string => at(`${name}.sqlite`);

beforeAll(() => writeFilms(dir));
afterAll(() => rm(dir, { recursive: true }));

const DP = { dp: true, epsilon: 8, delta: 1e-3, publicSize: 20, clipNorm: 1 } as const;

function run(out: string, options: Partial<TuneOptions> = {}, context: Partial<TuneContext> = {}): Promise<TuneReport> {
  const paths = { studentDir: at('student'), taskFile: at('task.yaml'), dataFile: at('data.jsonl'), outDir: at(out) };
  const keyFile = at('owner-key.pem');
  const small = { steps: 2, lotSize: 2, virtualTokens: 2, threads: 1, keyFile, ledgerFile: ledgerAt(out) };
  return tune(
    { ...TUNE_DEFAULTS, ...small, ...paths, privacy: DP, ...options },
    { emit: () => undefined, signal: new AbortController().signal, ...context },
  );
}

function runsIn(name: string): readonly RunAccount[] {
  using ledger = new Ledger(ledgerAt(name));
  return [...ledger.accounts().runs.values()];
}

function reportOf(name: string): BudgetReport {
  using ledger = new Ledger(ledgerAt(name));
  return budgetReport(ledger, { ledgerFile: name });
}

// Kills: a ledger that is written after lot or noise was drawn.
test('every step is on the disk before its first random bit is drawn', async () => {
  const seen: unknown[] = [];
  let finished = 0;
  const source = secureRandom();
  const look = (): void => {
    if (seen.length !== finished) return;
    using database = new DatabaseSync(ledgerAt('watched'), { readOnly: true });
    const last = database.prepare('SELECT body FROM entry ORDER BY sequence DESC LIMIT 1').get();
    seen.push(JSON.parse(String(last!['body'])));
  };
  const random = {
    secure: true,
    word: () => (look(), source.word()),
    bits53: () => (look(), source.bits53()),
  };
  const emit = (event: RunEvent): void => {
    if (event.kind === 'progress') finished = event.step;
  };
  await run('watched', { steps: 3 }, { random, emit });
  expect(seen).toEqual([1, 2, 3].map((drawn) => expect.objectContaining({ kind: 'spend', drawn }) as unknown));
  expect(runsIn('watched')).toMatchObject([{ drawn: 3, reserved: 3, open: false }]);
});

// Kills: a resumed run that is a new one to the ledger, or whose repeated steps are free.
test('an interrupted run goes on under its reservation and pays for the steps it repeats', async () => {
  const checkpoint = at('resumed.checkpoint.safetensors');
  const controller = new AbortController();
  const emit = (event: RunEvent): void => {
    if (event.kind !== 'progress' || event.step !== 27) return;
    copyFileSync(checkpoint, at('checkpoint-25'));
    controller.abort();
  };
  const options = { steps: 28 };
  await expect(run('resumed', options, { emit, signal: controller.signal })).rejects.toThrow(/abort/);
  // A kill would have left the checkpoint of step 25.
  copyFileSync(at('checkpoint-25'), checkpoint);
  expect(runsIn('resumed')).toMatchObject([{ drawn: 27, reserved: 28, open: true }]);
  await run('resumed', options);
  expect(runsIn('resumed')).toMatchObject([{ drawn: 30, reserved: 30, open: false }]);
  const { receipt } = await verifyReceipt({ promptDir: at('resumed') });
  expect(receipt).toMatchObject({ steps: 28, ledger: { drawn: 30 } });
});

test('a run that does not fit is refused before it starts, and leaves nothing', async () => {
  await run('capped', { budget: 12 });
  const before = [reportOf('capped'), await readdir(dir)];
  await expect(run('second', { ledgerFile: ledgerAt('capped') })).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED' });
  const open = { privacy: { dp: false }, ledgerFile: ledgerAt('capped') } as const;
  await expect(run('third', open)).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED' });
  expect([reportOf('capped'), await readdir(dir)]).toEqual(before);
});

// Kills: a copy under another name, in another order, that starts with a fresh budget.
test('a renamed and reordered copy is charged to the same data set', async () => {
  const ledgerFile = ledgerAt('capped');
  await writeRecords(at('copy.jsonl'), filmRecords(20).toReversed());
  await expect(run('copy', { dataFile: at('copy.jsonl'), ledgerFile })).rejects.toMatchObject({
    code: 'BUDGET_EXCEEDED',
  });
});

// Kills: a run whose noise can be recomputed, taken for a private one.
test('runs without privacy or with test randomness are recorded as infinite', async () => {
  await run('open', { privacy: { dp: false } });
  await run('seeded', {}, { random: insecureTestRandom(1) });
  for (const name of ['open', 'seeded'])
    expect(reportOf(name).dataSets).toMatchObject([{ spent: 'infinite', runs: [{ private: false, drawn: 2 }] }]);
});

// Kills: a user who starts with a fresh budget in a file of new records; users charged by column and by example together.
test('a user who is in two files is charged for both, and records of users by no other unit', async () => {
  const privacy = { ...DP, user: { column: 'user', examples: 2 } } as const;
  const ledgerFile = ledgerAt('users');
  const renamed = filmRecordsOf(7, 20).map((record) => ({ ...record, text: `again, ${record.text}` }));
  await writeRecords(at('users-a.jsonl'), filmRecordsOf(5, 20));
  await writeRecords(at('users-b.jsonl'), renamed);
  await run('users-a', { dataFile: at('users-a.jsonl'), ledgerFile, privacy, budget: 12 });
  await expect(run('users-b', { dataFile: at('users-b.jsonl'), ledgerFile, privacy })).rejects.toMatchObject({
    code: 'BUDGET_EXCEEDED',
  });
  await expect(run('users-c', { dataFile: at('users-a.jsonl'), ledgerFile })).rejects.toMatchObject({
    code: 'BUDGET_FIXED',
    message: expect.stringContaining('counted by user (user)') as string,
  });
  expect(reportOf('users').dataSets).toMatchObject([{ unit: 'user (user)' }]);
});

test('without a cap, the sum of all runs is told to the owner', async () => {
  const messages: string[] = [];
  const emit = (event: RunEvent): void => {
    if (event.kind === 'message' && event.message.includes('--budget')) messages.push(event.message);
  };
  const ledgerFile = ledgerAt('sum');
  await run('sum-a', { ledgerFile }, { emit });
  expect(messages).toEqual([]);
  await run('sum-b', { ledgerFile }, { emit });
  expect(messages).toEqual([expect.stringMatching(/this run and 1 earlier .* epsilon \d+\.\d\d at delta 0\.001/)]);
});
