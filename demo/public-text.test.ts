/** @file The provider's text: public, of moderate size, one passage a line, the same each time. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { preparePublicText } from './public-text.ts';

const folder = mkdtempSync(join(tmpdir(), 'softpost-public-'));
afterAll(() => rmSync(folder, { recursive: true }));

const mail = ['first public mail', 'second public mail', 'third public mail'];
const lines = (name: string): readonly string[] => readFileSync(join(folder, name), 'utf8').trimEnd().split('\n');

test('mixes mail and prose into one to three megabytes, a passage a line', async () => {
  const manifest = await preparePublicText(folder, mail);
  const corpus = lines('distil.txt');
  expect(manifest.distil.bytes).toBeGreaterThan(1e6);
  expect(manifest.distil.bytes).toBeLessThan(3e6);
  expect(corpus).toHaveLength(manifest.distil.lines);
  expect(corpus).toEqual(expect.arrayContaining(mail));
  expect(corpus.filter((line) => line.length < 15)).toEqual([]);
  const beginning = corpus.slice(0, 1000).join(' ');
  expect(beginning).toContain('whale');
  expect(beginning).toContain('Congress');
});

test('gives as many unlabelled texts of either kind to transfer with', () => {
  const transferMail = lines('transfer-mail.jsonl').map((line) => JSON.parse(line) as unknown);
  expect(transferMail).toEqual(mail.map((text) => ({ text })));
  const prose = lines('transfer-prose.jsonl').map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(prose).toHaveLength(3);
  expect(prose.flatMap(Object.keys)).toEqual(['text', 'text', 'text']);
});

test('is the same for the same seed, and another for another', async () => {
  const first = lines('distil.txt');
  await preparePublicText(folder, mail, 0);
  expect(lines('distil.txt')).toEqual(first);
  await preparePublicText(folder, mail, 1);
  expect(lines('distil.txt')).not.toEqual(first);
  expect(lines('distil.txt').toSorted()).toEqual(first.toSorted());
});
