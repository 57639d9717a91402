/** @file Decisions of several tenants on one process, some of which take long, are given up, or end it. */

import { setTimeout } from 'node:timers/promises';
import { refusal } from '@softpost/shared/artifact/folder.fixture';
import { expect, onTestFinished, test } from 'vitest';
import { startDeciding, type Deciding, type DecidingOptions } from './deciding.ts';
import { submissionWith, TERMS } from './submission.fixture.ts';

const NEVER = new AbortController().signal;

function start(options: DecidingOptions = {}): Deciding {
  const deciding = startDeciding({ entry: new URL('deciding.fixture.ts', import.meta.url), ...options });
  onTestFinished(() => deciding.close());
  return deciding;
}

/** One that takes so many milliseconds, or `dies`. */
function question(takes: number | 'dies') {
  return { received: { ...submissionWith(), studentId: String(takes) }, terms: TERMS };
}

test('the real process decides', async () => {
  const deciding = startDeciding();
  onTestFinished(() => deciding.close());
  const sound = deciding.decide('one', { received: submissionWith(), terms: TERMS }, NEVER);
  expect(await sound).toMatchObject({ virtualTokens: 2 });
  const altered = { received: submissionWith({ sent: { studentId: 'other' } }), terms: TERMS };
  await expect(deciding.decide('one', altered, NEVER)).rejects.toMatchObject({ code: 'BAD_ENVELOPE' });
});

// Kills: one process for all calls at once, which an aborted call takes away from everybody.
test('a call that is given up ends no other, wherever it was', async () => {
  const deciding = start();
  const [running, waiting] = [new AbortController(), new AbortController()];
  const given = [
    deciding.decide('one', question(60_000), running.signal),
    deciding.decide('one', question(60_000), waiting.signal),
    deciding.decide('two', question(0), NEVER),
    deciding.decide('three', question(0), NEVER),
  ];
  const outcomes = Promise.allSettled(given);
  await setTimeout(500);
  waiting.abort(new Error('given up while it waited'));
  running.abort(new Error('given up while it ran'));
  expect(await outcomes).toMatchObject([
    { reason: { message: 'given up while it ran' } },
    { reason: { message: 'given up while it waited' } },
    { value: {} },
    { value: {} },
  ]);
});

// Kills: first come, first served.
test('a tenant with many submissions lets others have their turns', async () => {
  const deciding = start();
  const order: string[] = [];
  const ask = (tenantId: string) => deciding.decide(tenantId, question(50), NEVER).then(() => order.push(tenantId));
  await Promise.all([...Array.from({ length: 4 }, () => ask('many')), ask('one')]);
  expect(order.indexOf('one')).toBeLessThanOrEqual(2);
});

test('a decision has its time, and then the next one comes', async () => {
  const deciding = start({ limitMs: 1000 });
  const late = deciding.decide('one', question(60_000), NEVER);
  const next = deciding.decide('two', question(0), NEVER);
  await expect(late).rejects.toMatchObject(refusal('DEADLINE_EXCEEDED', /longer than 1 s/));
  expect(await next).toBeTruthy();
});

test('of a process that ends, only the call that ran learns, and may come again', async () => {
  const deciding = start();
  const lost = deciding.decide('one', question('dies'), NEVER);
  const next = deciding.decide('two', question(0), NEVER);
  await expect(lost).rejects.toMatchObject(refusal('DECISION_LOST', /ended/));
  expect(await next).toBeTruthy();
});

test('who waits when the provider stops is told to come again', async () => {
  const deciding = start();
  const outcomes = Promise.allSettled([
    deciding.decide('one', question(60_000), NEVER),
    deciding.decide('one', question(0), NEVER),
  ]);
  await deciding.close();
  expect(await outcomes).toMatchObject([{ reason: { code: 'CANCELLED' } }, { reason: { code: 'SHUTTING_DOWN' } }]);
});
