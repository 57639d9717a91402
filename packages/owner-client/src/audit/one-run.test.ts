import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createSamplingPlan, type PlanOptions } from '../privacy/sampling-plan.ts';
import { insecureTestRandom, type RandomSource } from '../tune/csprng.ts';
import { privateGradients } from '../tune/private-gradient.ts';
import { DIRAC_DEFAULTS } from './dirac-defaults.ts';
import type { Mechanism } from './mechanism.ts';
import { auditDirac, type OneRunReport, type OneRunSettings } from './one-run.ts';

const dir = mkdtempSync(join(tmpdir(), 'softpost-audit-'));
afterAll(() => rmSync(dir, { recursive: true }));

type AuditedPlan = Readonly<Record<keyof typeof DIRAC_DEFAULTS.plan, number>>;

/** Reproducible, and never twice the same noise. */
function freshSources(): () => RandomSource {
  let run = 0;
  return () => insecureTestRandom(1000 + run++);
}

/** The shipped mechanism, run with another plan than the one it claims, or with other randomness. */
function mechanism(changes: Partial<AuditedPlan> = {}, sources = freshSources()): Mechanism {
  return (plan, examples, program, microbatch) => {
    const { noiseMultiplier, clipNorm, steps, delta, expectedLotSize: lotSize, samplingRate } = plan;
    const publicSize = Math.round(lotSize / samplingRate);
    const run = createSamplingPlan({ noiseMultiplier, clipNorm, steps, delta, lotSize, publicSize, ...changes });
    return privateGradients(run, examples, program, sources(), microbatch);
  };
}

function audit(
  settings: Partial<OneRunSettings> & { readonly plan?: PlanOptions } = {},
  audited: Mechanism = mechanism(),
): Promise<OneRunReport> {
  const context = { emit: () => undefined, signal: new AbortController().signal, coins: insecureTestRandom(5) };
  return auditDirac({ ...DIRAC_DEFAULTS, ...settings }, { ...context, mechanism: audited });
}

test('the shipped mechanism is not found guilty, and the bound comes near to what it claims', async () => {
  const report = await audit();
  expect(report).toMatchObject({
    kind: 'dirac',
    canaries: 50_000,
    guesses: 1000,
    violation: false,
    local: false,
    verdict: expect.stringMatching(/^no violation found: .* no proof/) as string,
  });
  expect(report.epsilonClaimed).toBeCloseTo(1.993, 2); // exact Gaussian at sigma 2 and delta 1e-5
  expect(report.epsilonLowerBound).toBeGreaterThan(0.8);
});

const { noiseMultiplier, clipNorm } = DIRAC_DEFAULTS.plan;

// Kills, each as a run that claims the plan and does something else.
test.each([
  ['half the noise', mechanism({ noiseMultiplier: noiseMultiplier / 2 })],
  ['a quarter of the noise', mechanism({ noiseMultiplier: noiseMultiplier / 4 })],
  // The same noise with ten times the clip norm.
  ['no clipping', mechanism({ clipNorm: 10 * clipNorm, noiseMultiplier: noiseMultiplier / 10 })],
  ['noise from a known seed', mechanism({}, () => insecureTestRandom(42))],
  [
    'noise from a source that stands still',
    mechanism({}, () => ({ secure: true, word: () => 0, bits53: () => 0.7 * 2 ** 53 })),
  ],
])('%s is a violation', async (_, audited) => {
  const report = await audit({}, audited);
  expect(report).toMatchObject({ violation: true, verdict: expect.stringMatching(/^VIOLATION: /) as string });
});

const SAMPLED = { ...DIRAC_DEFAULTS.plan, noiseMultiplier: 1, lotSize: 256, publicSize: 4096, steps: 40 };

// Kills: q in the claim and not in the sampler.
test('a sampled plan of many steps passes, and one whose records join every step is a violation', async () => {
  const settings = { plan: SAMPLED, canaries: 4000, guesses: 100 };
  expect(await audit(settings)).toMatchObject({ violation: false });
  expect(await audit(settings, mechanism({ lotSize: 4096 }))).toMatchObject({ violation: true });
});

test('the page holds verdict and plot, and asks nothing of the network', async () => {
  const reportFile = join(dir, 'page.html');
  const { verdict } = await audit({ canaries: 200, guesses: 20, reportFile });
  const page = readFileSync(reportFile, 'utf8');
  expect(page).toContain(verdict);
  expect(page).toContain('may be shown to anybody');
  expect(page).toMatch(/<svg[\s\S]*<\/svg>/);
  expect(page).not.toMatch(/NaN|undefined|<script|https?:|url\(/);
});

test('what cannot be audited is refused, and nothing is written', async () => {
  const reportFile = join(dir, 'never.html');
  await expect(audit({ canaries: 63, reportFile })).rejects.toMatchObject({ code: 'BAD_OPTION' });
  await expect(audit({ guesses: 50_001, reportFile })).rejects.toMatchObject({ code: 'BAD_OPTION' });
  const delta = { ...DIRAC_DEFAULTS.plan, delta: 0.1 };
  await expect(audit({ plan: delta, reportFile })).rejects.toMatchObject({ code: 'BAD_PRIVACY_PARAMETER' });
  expect(existsSync(reportFile)).toBe(false);
  writeFileSync(reportFile, 'mine');
  await expect(audit({ reportFile })).rejects.toMatchObject({ code: 'FILE_EXISTS' });
});

test('a cancelled audit ends between two steps', async () => {
  const controller = new AbortController();
  const context = { emit: () => controller.abort(), signal: controller.signal };
  await expect(auditDirac(DIRAC_DEFAULTS, context)).rejects.toThrow(/abort/);
});
