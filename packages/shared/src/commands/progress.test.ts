import { Writable } from 'node:stream';

import { expect, test } from 'vitest';

import type { RunEvent } from '../events.ts';
import { createReporter } from './progress.ts';

/** Everything a reporter writes when an event comes every `interval` milliseconds. */
function written(events: readonly RunEvent[], { interval = 1_000, isTTY = false, json = false } = {}): string {
  const chunks: string[] = [];
  const stream = Object.assign(
    new Writable({
      write: (chunk: Buffer, _, done) => {
        chunks.push(chunk.toString());
        done();
      },
    }),
    { isTTY, columns: 60 },
  );
  let time = 0;
  const reporter = createReporter({ json, stream, now: () => time });
  for (const event of events) {
    reporter.report(event);
    time += interval;
  }
  reporter.close();
  return chunks.join('');
}

function steps(phase: string, from: number, to: number, total = to): readonly RunEvent[] {
  return Array.from({ length: to - from + 1 }, (_, i) => {
    return { kind: 'progress', phase, step: from + i, steps: total, metrics: {} } as const;
  });
}

test('a log gets the first and last step of a phase and one line every five seconds', () => {
  const log = written([...steps('distill', 1, 12), ...steps('evaluate', 1, 2)]);
  expect(log.split('\n')).toEqual([
    'distill 1/12',
    'distill 6/12  6s left',
    'distill 11/12  1s left',
    'distill 12/12',
    'evaluate 1/2',
    'evaluate 2/2',
    '',
  ]);
});

test('time left of a resumed phase counts only the steps done now', () => {
  expect(written(steps('tune', 901, 906, 1_000))).toContain('906/1000  1m 34s left');
});

test('a terminal gets one bar that is drawn over, and messages above it', () => {
  const message = { kind: 'message', level: 'warning', message: 'slow disk' } as const;
  const [first, second] = steps('tune', 1, 2);
  expect(written([first!, message, second!], { isTTY: true })).toBe(
    [
      '\r\x1b[2Ktune ████████████░░░░░░░░░░░░ 1/2',
      '\r\x1b[2Kwarning: slow disk\n',
      'tune ████████████░░░░░░░░░░░░ 1/2',
      '\r\x1b[2Ktune ████████████████████████ 2/2\n',
    ].join(''),
  );
});

test('a bar that is cut short ends its line', () => {
  expect(written(steps('tune', 1, 1, 2), { isTTY: true }).endsWith('1/2\n')).toBe(true);
});

test('json keeps every event', () => {
  const events = steps('tune', 1, 50);
  const lines = written(events, { json: true, interval: 1 }).trimEnd().split('\n');
  expect(lines.map((line): unknown => JSON.parse(line))).toEqual(events);
});
