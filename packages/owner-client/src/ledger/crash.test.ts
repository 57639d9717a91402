/** @file The ledger with several processes, and with processes that are killed. */

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import type { RunAccount } from './accounts.ts';
import { Ledger } from './ledger.ts';

const dir = mkdtempSync(join(tmpdir(), 'softpost-crash-'));
afterAll(() => rmSync(dir, { recursive: true }));

function spender(path: string, out: string, steps: number, cap?: number): ChildProcess {
  const program = join(import.meta.dirname, 'keeping.fixture.ts');
  const args = [program, path, out, String(steps), String(cap ?? '')];
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Everything the process wrote; it is killed after `most` lines. */
async function outputOf(child: ChildProcess, most = Infinity): Promise<readonly string[]> {
  let text = '';
  child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    if (text.split('\n').length > most) child.kill('SIGKILL');
  });
  await once(child, 'close');
  return text.split('\n').filter(Boolean);
}

function runs(path: string): ReadonlyMap<string, RunAccount> {
  using ledger = new Ledger(path);
  return ledger.accounts().runs;
}

// Kills: a step granted before it is on the disk; an entry whose loss a crash hides; a ledger that a kill leaves unusable.
test('whenever a process is killed, every step that it was granted is counted', async () => {
  const path = join(dir, 'killed.sqlite');
  const granted = new Map<string, number>();
  const kill = async (number: number): Promise<void> => {
    const child = spender(path, `out-${number % 4}`, 100_000);
    // Every other one by the clock, from before its first write on; the rest in the middle of taking steps.
    const byClock = number % 2 === 0;
    const output = outputOf(child, byClock ? Infinity : number);
    if (byClock) {
      await setTimeout((number * 37) % 400);
      child.kill('SIGKILL');
    }
    const [run, ...steps] = await output;
    if (run) granted.set(run, (granted.get(run) ?? 0) + steps.length);
  };
  for (let number = 0; number < 32; number += 2) {
    await Promise.all([kill(number), kill(number + 1)]);
    const accounts = number % 8 === 6 ? runs(path) : new Map<string, RunAccount>();
    for (const [run, { drawn }] of accounts) expect(drawn).toBeGreaterThanOrEqual(granted.get(run) ?? 0);
  }
  const accounts = runs(path);
  for (const [run, steps] of granted) {
    // Each of the 32 may have taken one step whose grant it did not live to write.
    expect(accounts.get(run)!.drawn).toBeGreaterThanOrEqual(steps);
    expect(accounts.get(run)!.drawn).toBeLessThanOrEqual(steps + 32);
  }
  expect([...granted.values()].some((steps) => steps > 10)).toBe(true);
});

// Kills: no lock between looking at the budget and writing the reservation.
test('of two processes that start at once, only one gets what is left', async () => {
  const path = join(dir, 'race.sqlite');
  for (let round = 0; round < 4; round++) {
    const file = path.replace('race', `race-${round}`);
    // One run of 30 fits into the cap, two do not.
    const outputs = await Promise.all(['a', 'b', 'c'].map((out) => outputOf(spender(file, out, 30, 6))));
    const refused = outputs.filter(([first]) => first === 'BUDGET_EXCEEDED');
    expect(refused.length, JSON.stringify(outputs)).toBe(2);
    expect([...runs(file).values()].map(({ drawn, open }) => [drawn, open])).toEqual([[30, false]]);
  }
});

// Kills: entries of two writers with the same number; a head that goes back.
test('runs side by side lose no step', async () => {
  const path = join(dir, 'beside.sqlite');
  const outputs = await Promise.all(['a', 'b', 'c'].map((out) => outputOf(spender(path, out, 40))));
  expect(outputs.map(({ length }) => length)).toEqual([41, 41, 41]);
  expect([...runs(path).values()].map(({ drawn }) => drawn)).toEqual([40, 40, 40]);
});
