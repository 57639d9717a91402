/** @file The budget command as a user calls it: through the installed program, on ledgers that real runs left. */

import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { BudgetReport } from '../ledger/budget-report.ts';
import { request, texts } from '../ledger/keeping.fixture.ts';
import { Ledger } from '../ledger/ledger.ts';

const program = join(import.meta.dirname, '../../bin/softpost-owner.mjs');
const dir = mkdtempSync(join(tmpdir(), 'softpost-budget-'));
afterAll(() => rmSync(dir, { recursive: true }));

function owner(path: string, ...args: readonly string[]): { readonly status: number | null; readonly text: string } {
  const env = { ...process.env, SOFTPOST_LEDGER: path };
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'budget', ...args], { env });
  return { status, text: (status === 0 ? stdout : stderr).toString() };
}

function report(path: string, ...args: readonly string[]): BudgetReport {
  return JSON.parse(owner(path, '--json', ...args).text) as BudgetReport;
}

function errorOf(path: string, ...args: readonly string[]): unknown {
  const { status, text } = owner(path, '--json', ...args);
  return { status, code: (JSON.parse(text) as { error: { code: string } }).error.code };
}

/** Two runs of 50 steps under a cap of 10: one over, one interrupted after 5 steps; and a run without privacy elsewhere. */
function ledgerFile(name: string): { readonly path: string; readonly interrupted: string } {
  const path = join(dir, name);
  using ledger = new Ledger(path);
  const over = ledger.begin(request(ledger, texts(9), { out: 'over', steps: 50, cap: 10 }));
  for (let step = 0; step < 50; step++) over.spend();
  over.close();
  const interrupted = ledger.begin(request(ledger, texts(9), { out: 'interrupted', steps: 50 }));
  for (let step = 0; step < 5; step++) interrupted.spend();
  const open = request(ledger, texts(3, 'other'), { out: 'open', steps: 1, phases: null, certified: null });
  ledger.begin(open).spend();
  return { path, interrupted: interrupted.id };
}

test('cap, spent, reserved, left and runs of every data set', () => {
  const { path, interrupted } = ledgerFile('shown.sqlite');
  const { chain, dataSets } = report(path);
  expect(chain).toMatchObject({ intact: true, entries: 61 });
  const [capped, open] = dataSets;
  expect(capped).toMatchObject({
    adjacency: 'add-or-remove-one',
    unit: 'example',
    delta: 1e-5,
    cap: 10,
    runs: [
      { private: true, state: 'closed', steps: 50, drawn: 50, reserved: 0 },
      { run: interrupted, private: true, state: 'open', steps: 50, drawn: 5, reserved: 45 },
    ],
  });
  expect(capped!.committed).toBeCloseTo(7.97, 1);
  expect(capped!.spent).toBeLessThan(capped!.committed as number);
  expect(capped!.remaining).toBeCloseTo(10 - (capped!.committed as number), 12);
  expect(open).toMatchObject({
    cap: null,
    delta: null,
    spent: 'infinite',
    remaining: null,
    runs: [{ private: false }],
  });
  const { text } = owner(path);
  expect(text).toContain('chain   intact, 61 entries');
  expect(text).toContain('5 of 50      45');
  expect(text).toContain('infinite (no privacy)');
});

test('a released run gives back what it never drew, once', () => {
  const { path, interrupted } = ledgerFile('released.sqlite');
  const [before, after] = [report(path), report(path, '--release', interrupted)];
  expect(after.dataSets[0]).toMatchObject({ spent: before.dataSets[0]!.spent, committed: before.dataSets[0]!.spent });
  expect(errorOf(path, '--release', interrupted)).toEqual({ status: 2, code: 'BAD_OPTION' });
});

test('a ledger that is missing, put back, or behind a receipt is an error, and nothing is written', () => {
  const { path } = ledgerFile('back.sqlite');
  const { entries, head } = report(path).chain;
  expect(report(path, '--entry', `${entries}:${head}`).chain.entries).toBe(entries);
  expect(errorOf(path, '--entry', `${entries + 1}:${head}`)).toEqual({ status: 1, code: 'LEDGER_ROLLED_BACK' });
  expect(errorOf(path, '--entry', 'last')).toEqual({ status: 2, code: 'BAD_OPTION' });
  copyFileSync(path, join(dir, 'old'));
  report(path, '--release', report(path).dataSets[0]!.runs[1]!.run);
  copyFileSync(join(dir, 'old'), path);
  expect(errorOf(path)).toEqual({ status: 1, code: 'LEDGER_ROLLED_BACK' });
  expect(errorOf(join(dir, 'none.sqlite'))).toEqual({ status: 1, code: 'FILE_NOT_FOUND' });
  expect(existsSync(join(dir, 'none.sqlite.key'))).toBe(false);
});
