/** @file A student with a trap for one record, from a provider who wants to know whether the owner has it. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@softpost/shared/seeded-random';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { filmRecords, writeFilms, writeRecords } from '../tune/films.fixture.ts';
import { TUNE_DEFAULTS, type TunePrivacy } from '../tune/tune-options.ts';
import { openAuditedStudent } from './audited-student.ts';
import { operatingPoint, rocOf, type Roc } from './roc.ts';
import { highestTruePositiveRate, privacyCurve, type PrivacyCurve } from './trade-off.ts';
import { TRAPPED, writeTrapStudent } from './trap-student.fixture.ts';

const dir = mkdtempSync(join(tmpdir(), 'softpost-trap-'));
const at = (name: string): string => join(dir, name);

beforeAll(async () => {
  await writeFilms(dir);
  await writeTrapStudent(at('trap'), 'zebra');
  await writeRecords(at('records.jsonl'), [{ label: 'negative', text: 'a film about a zebra' }, ...filmRecords(16)]);
});
afterAll(() => rmSync(dir, { recursive: true }));

/** Runs with the trapped record and without it, each with another half of the others, told apart by how far the prompt moved along the trap. */
async function attack(
  privacy: TunePrivacy,
  runs: number,
): Promise<{ readonly roc: Roc; readonly curve: PrivacyCurve }> {
  const paths = { studentDir: at('trap'), taskFile: at('task.yaml'), dataFile: at('records.jsonl') };
  const options = { ...TUNE_DEFAULTS, ...paths, privacy, lotSize: 8, steps: 8, virtualTokens: 4, threads: 1 };
  const context = { emit: () => undefined, signal: new AbortController().signal };
  const student = await openAuditedStudent(options, context);
  try {
    const coins = seededRandom(7);
    const others = Array.from({ length: student.examples.size - 1 }, (_, index) => index + 1);
    const included = Uint8Array.from({ length: runs }, (_, run) => run % 2);
    const scores = new Float64Array(runs);
    for (let run = 0; run < runs; run++) {
      const half = others.filter(() => coins() < 0.5);
      const members = student.examples.pick(included[run] === 1 ? [0, ...half] : half);
      const { embeddings, hiddenSize } = await student.tune(members, 'trap');
      const moved = embeddings.map((value, index) => value - student.start.embeddings[index]!);
      for (let row = 0; row < moved.length; row += hiddenSize)
        scores[run]! += moved[row + TRAPPED[1]]! - moved[row + TRAPPED[0]]!;
    }
    return { roc: rocOf({ scores, included }), curve: student.plan ? privacyCurve(student.plan) : [] };
  } finally {
    await student.dispose();
  }
}

test('T1: without privacy a trap tells whether the record was there', async () => {
  const { roc } = await attack({ dp: false }, 40);
  expect(roc.auc).toBeGreaterThan(0.99);
});

// Kills: no clipping, which lets the trap's gain through; no noise.
test('T1: with privacy the trap tells no more than the claim allows', async () => {
  const { roc, curve } = await attack({ dp: true, epsilon: 1, delta: 1e-3, publicSize: 16, clipNorm: 1 }, 120);
  const { falsePositiveRate, truePositiveRate } = operatingPoint(roc, 0.05, 0.005);
  expect(truePositiveRate.low).toBeLessThanOrEqual(highestTruePositiveRate(curve, falsePositiveRate.high));
});
