/** @file The prepared corpus: no leakage between its parts, the same bytes each time, and baselines that say how hard the task is. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { prepareMail, type MailManifest } from './mail.ts';
import { majorityAccuracy, naiveBayesAccuracy } from './naive-bayes.ts';
import type { LabelledText } from './split-mail.ts';

const folder = mkdtempSync(join(tmpdir(), 'softpost-mail-'));
afterAll(() => rmSync(folder, { recursive: true }));

function examples(name: string): readonly LabelledText[] {
  const lines = readFileSync(join(folder, name), 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as LabelledText);
}

let manifest: MailManifest;
beforeAll(async () => {
  manifest = await prepareMail(folder, folder);
}, 120_000);

test('the real corpus gives the same bytes on every machine', () => {
  expect(manifest.dropped).toMatchInlineSnapshot(`
    {
      "balance": 2275,
      "duplicate": 820,
      "thread": 56,
      "unreadable": 164,
    }
  `);
  expect(manifest.files).toMatchInlineSnapshot(`
    {
      "private-test.jsonl": {
        "ham": 122,
        "sha256": "f939837548c5851bb54e7242729c2faa365158512ceabc488ee7038a02d82bb3",
        "spam": 122,
      },
      "private-train.jsonl": {
        "ham": 197,
        "sha256": "c5b7e2b973bbce20fb84860c56ce681623a315ed748e2f2d1a74782087cb7287",
        "spam": 197,
      },
      "public.jsonl": {
        "ham": 1295,
        "sha256": "82c391ec89ebf222925ad6031b442dd75bef73a07ba06938d90ac5b8d69995d8",
        "spam": 798,
      },
    }
  `);
});

/** Written apart from near-duplicates.ts: the share of the shorter text's five-word runs that the other has. */
function containment(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const [small, large] = a.size < b.size ? [a, b] : [b, a];
  return [...small].filter((run) => large.has(run)).length / Math.max(small.size, 1);
}

const runs = ({ text }: LabelledText): ReadonlySet<string> => {
  const words = text
    .toLowerCase()
    .replaceAll(/[^a-z ]/g, '')
    .split(/ +/);
  return new Set(words.slice(4).map((_, i) => words.slice(i, i + 5).join(' ')));
};

// Kills: prepareMail without splitMail's deduplication.
test('no held-out mail is mostly contained in a training or public mail', () => {
  const others = [...examples('private-train.jsonl'), ...examples('public.jsonl')].map(runs);
  const leaks = examples('private-test.jsonl').filter((mail) => {
    const own = runs(mail);
    return others.some((other) => containment(own, other) > 0.8);
  });
  expect(leaks).toEqual([]);
});

test('a bag of words learns the task but does not solve it, and the majority is one half', () => {
  const [train, heldOut] = [examples('private-train.jsonl'), examples('private-test.jsonl')];
  expect(majorityAccuracy(train, heldOut)).toBe(0.5);
  expect(naiveBayesAccuracy(train, heldOut)).toBeGreaterThan(0.85);
  expect(naiveBayesAccuracy(train, heldOut)).toBeLessThan(0.95);
});
