/** @file The example as a reader runs it: three steps, one process, the model of this repository, few steps. */

import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@softpost/shared/artifact/folder.fixture';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

function example(...args: readonly string[]): {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
} {
  return spawnSync(process.execPath, ['examples/one-process.ts', ...args], { cwd: root, encoding: 'utf8' });
}

function mails(count: number): string {
  const mail = (index: number): string =>
    index % 2
      ? JSON.stringify({ text: `You won prize ${index}, send money now.`, label: 'spam' })
      : JSON.stringify({ text: `Shall we meet at ${index} o'clock?`, label: 'ham' });
  return Array.from({ length: count }, (_, index) => mail(index)).join('\n');
}

test('the one-process example runs all three steps and prints its table', { timeout: 300_000 }, async () => {
  const dir = await temporaryFolder();
  const file = (name: string, content: string): string => {
    writeFileSync(join(dir, name), content);
    return join(dir, name);
  };
  const paragraphs = Array.from(
    { length: 400 },
    (_, year) => `In the year ${1500 + year} a ship was seen by many people of the town.`,
  );
  const { status, stdout, stderr } = example(
    'models/softpost-ref-clm',
    file('corpus.txt', paragraphs.join('\n')),
    'demo/spam.task.yaml',
    file('private.jsonl', mails(20)),
    file('public.jsonl', mails(14)),
    file('test.jsonl', mails(4)),
    join(dir, 'out'),
    '2',
  );
  expect(status, stderr).toBe(0);
  const lines = stdout.trimEnd().split('\n');
  expect(lines[0]).toMatch(/^epsilon [78]\.\d\d, delta 0\.00001$/);
  expect(lines[1]).toMatch(/^alpha [\d.]+, transfer judged unsure on public text$/);
  const table = lines.slice(2).map((line) => line.split(/ +(?=\d)/));
  expect(table.map(([name]) => name)).toEqual([
    'teacher, zero-shot',
    'student, tuned prompt',
    'teacher, the same prompt',
    'teacher, transferred prompt',
  ]);
  for (const [, accuracy] of table) expect(accuracy).toMatch(/^\d+\.0 %$/);
  expect(readdirSync(join(dir, 'out')).toSorted()).toEqual([
    'ledger.sqlite',
    'ledger.sqlite.key',
    'owner-key.pem',
    'student',
    'student-prompt',
    'teacher-prompt',
  ]);
});

test('the one-process example says how to call it', () => {
  expect(example('models/softpost-ref-clm')).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/^usage: node examples/) as string,
  });
});
