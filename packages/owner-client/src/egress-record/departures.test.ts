import { join } from 'node:path';
import { temporaryFolder } from '@softpost/shared/artifact/folder.fixture';
import { SoftpostError, type ErrorCode } from '@softpost/shared/errors';
import { afterEach, expect, test, vi } from 'vitest';
import { createDepartures, type Departures } from './departures.ts';
import { openEgressRecord } from './egress-record.ts';

const METHOD = '/softpost.v1.JobService/WatchJob';

async function departures(): Promise<Departures & { readonly days: () => readonly string[] }> {
  const record = openEgressRecord(join(await temporaryFolder(), 'egress.sqlite'));
  return { ...createDepartures(record, 'llm.example:1'), days: () => record.entries().map(({ day }) => day) };
}

function lose({ depart }: Departures, byte = 1, code: ErrorCode = 'UNREACHABLE'): void {
  const { failed } = depart(METHOD, Uint8Array.of(byte));
  expect(() => failed(new SoftpostError(code, 'no'))).toThrow('no');
}

afterEach(() => void vi.useRealTimers());

test('a message that was lost is under its entry when it is sent again', async () => {
  const all = await departures();
  for (let i = 0; i < 3; i++) lose(all);
  expect(all.days()).toHaveLength(1);
});

// Kills: a message left out of the record because an equal one stands in it, and arrived.
test.each([
  ['an equal one after one that arrived', (all: Departures) => all.depart(METHOD, Uint8Array.of(1))],
  ['an equal one after one that was refused', (all: Departures) => lose(all, 1, 'UNKNOWN_ID')],
])('%s has an entry of its own', async (_, first) => {
  const all = await departures();
  first(all);
  lose(all);
  expect(all.days()).toHaveLength(2);
});

test('another one than the one that was lost has an entry of its own', async () => {
  const all = await departures();
  for (const byte of [1, 2, 1]) lose(all, byte);
  expect(all.days()).toHaveLength(3);
});

// Kills: a record that does not tell on which days messages left.
test('on the next day it is another entry', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-03-01T23:59:59Z') });
  const all = await departures();
  lose(all);
  vi.setSystemTime(new Date('2026-03-02T00:00:01Z'));
  lose(all);
  expect(all.days()).toEqual(['2026-03-01', '2026-03-02']);
});
