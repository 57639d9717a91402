/** @file The audits on a real student, small, but deep enough to learn single records by heart. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSamplingPlan } from '../privacy/sampling-plan.ts';
import { insecureTestRandom } from '../tune/csprng.ts';
import { filmRecords, writeFilms, writeRecords } from '../tune/films.fixture.ts';
import { privateGradients } from '../tune/private-gradient.ts';
import { TUNE_DEFAULTS } from '../tune/tune-options.ts';
import { auditLira, type LiraOptions, type LiraReport } from './lira.ts';
import type { AuditContext, Mechanism } from './mechanism.ts';
import { auditText } from './text-canaries.ts';

const dir = mkdtempSync(join(tmpdir(), 'softpost-audit-'));
const at = (name: string): string => join(dir, name);

beforeAll(async () => {
  await writeFilms(dir);
  const config = JSON.parse(readFileSync(at('student/config.json'), 'utf8')) as object;
  writeFileSync(at('student/config.json'), JSON.stringify({ ...config, n_layer: 6 }));
  // Records that nothing but themselves can teach: labels against what the others say.
  const odd = filmRecords(24).map(({ text, label }, index) => ({
    text,
    label: index % 3 === 0 ? (label === 'positive' ? 'negative' : 'positive') : label,
  }));
  await writeRecords(at('odd.jsonl'), odd);
  await writeRecords(at('few.jsonl'), filmRecords(15));
});
afterAll(() => rmSync(dir, { recursive: true }));

const student = {
  ...TUNE_DEFAULTS,
  studentDir: at('student'),
  taskFile: at('task.yaml'),
  dataFile: at('odd.jsonl'),
  learningRate: 0.3,
  threads: 1,
} as const;

const context: AuditContext = { emit: () => undefined, signal: new AbortController().signal };

/** Claims the plan, and runs without noise that matters or a clip norm that binds. */
const withoutNoise: Mechanism = (plan, examples, program, microbatch) => {
  const lotSize = plan.expectedLotSize;
  const constants = { lotSize, publicSize: Math.round(lotSize / plan.samplingRate), steps: plan.steps, delta: 1e-6 };
  const run = createSamplingPlan({ ...constants, clipNorm: 1e3, noiseMultiplier: 2 ** -20 });
  return privateGradients(run, examples, program, insecureTestRandom(9), microbatch);
};

const textAudit = {
  ...student,
  canaries: 64,
  guesses: 20,
  dataFile: at('few.jsonl'),
  lotSize: 24,
  steps: 160,
} as const;
/** Below what such a run tells: 18 of 20 guesses were right in each of the three runs measured (coins 1, 2 and 3), which shows an epsilon of 0.93. */
const CLAIM = { dp: true, epsilon: 0.1, delta: 1e-5, publicSize: 48, clipNorm: 1 } as const;

// Kills: noise that never reaches the prompt.
test('text canaries find a run that learns by heart what it claims to hide, and say that this is LOCAL', async () => {
  const audited = { ...context, mechanism: withoutNoise, coins: insecureTestRandom(1) };
  const report = await auditText({ ...textAudit, privacy: CLAIM, reportFile: at('text.html') }, audited);
  expect(report).toMatchObject({ kind: 'text', canaries: 64, guesses: 20, violation: true, local: true });
  expect(readFileSync(at('text.html'), 'utf8')).toContain('LOCAL: ');
}, 240_000);

test('text canaries find nothing in the shipped mechanism', async () => {
  const report = await auditText({ ...textAudit, privacy: { ...CLAIM, epsilon: 2 }, steps: 20 }, context);
  expect(report).toMatchObject({ violation: false, verdict: expect.stringContaining('no violation found') as string });
});

const lira = { ...student, lotSize: 8, virtualTokens: 8, shadows: 4 } as const;

function attack(options: Partial<LiraOptions>, audited = context): Promise<LiraReport> {
  const privacy = { dp: true, epsilon: 1, delta: 1e-3, publicSize: 24, clipNorm: 1 } as const;
  return auditLira({ ...lira, privacy, steps: 3, workDir: at('work'), ...options }, audited);
}

const inode = (path: string): number => statSync(path).ino;

// Kills: an audit that tunes finished shadows again, or loses them; shadows of other options taken for its own.
test('an interrupted audit goes on after the last finished shadow prompt', async () => {
  const controller = new AbortController();
  const stop: AuditContext = {
    signal: controller.signal,
    emit: (event) => {
      if (event.kind === 'progress' && event.phase === 'shadow 3') controller.abort();
    },
  };
  await expect(attack({}, stop)).rejects.toThrow(/abort/);
  const finished = ['shadow-001', 'shadow-002'].map((name) => at(`work/${name}-done.checkpoint.safetensors`));
  expect(readdirSync(at('work'))).toEqual([
    'LOCAL.txt',
    ...finished.map((path) => path.slice(at('work/').length)),
    // The steps that the third one had done.
    'shadow-003.checkpoint.safetensors',
  ]);
  const kept = finished.map(inode);
  const report = await attack({ reportFile: at('lira.html') });
  expect(finished.map(inode)).toEqual(kept);
  expect(report).toMatchObject({ kind: 'lira', shadows: 4, violation: false, local: true });
  expect(report.trials).toBeGreaterThan(40);
  const page = readFileSync(at('lira.html'), 'utf8');
  expect(page).toContain(report.verdict);
  expect(page).not.toMatch(/NaN|undefined|<script|https?:/);

  await expect(attack({ steps: 4 })).rejects.toMatchObject({ code: 'BAD_CHECKPOINT' });
  expect(await attack({ shadows: 5 })).toMatchObject({ shadows: 5 });
});

// Kills: an attack that sees nothing even where everything shows: half of the records are learnt by heart, and told.
test('without privacy members are told', async () => {
  const report = await attack({
    privacy: { dp: false },
    steps: 100,
    shadows: 6,
    workDir: at('bare'),
    virtualTokens: 20,
  });
  expect(report).toMatchObject({
    violation: false,
    epsilonClaimed: null,
    verdict: expect.stringContaining('nothing is claimed') as string,
  });
  expect(report.auc).toBeGreaterThan(0.7);
}, 240_000);

test('too few records or shadows are refused, and nothing is written', async () => {
  await expect(attack({ dataFile: at('few.jsonl'), workDir: at('none') })).rejects.toMatchObject({
    code: 'BAD_DATA_FILE',
  });
  await expect(attack({ shadows: 3, workDir: at('none') })).rejects.toMatchObject({ code: 'BAD_OPTION' });
  expect(readdirSync(dir)).not.toContain('none');
});
