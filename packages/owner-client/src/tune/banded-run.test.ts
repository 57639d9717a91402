/** @file Whole runs with bands: what they claim, what they are charged, and how they go on after an interruption. */

import { copyFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPromptFolder } from '@softpost/shared/artifact/prompt-folder';
import type { RunEvent } from '@softpost/shared/events';
import { statementOf, verifyReceipt } from '@softpost/shared/receipt/verify-receipt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rdpOfRuns, type RunAccount } from '../ledger/accounts.ts';
import { Ledger } from '../ledger/ledger.ts';
import { insecureTestRandom, type RandomSource } from './csprng.ts';
import { filmRecordsOf, writeFilms, writeRecords } from './films.fixture.ts';
import { TUNE_DEFAULTS, type TuneOptions } from './tune-options.ts';
import { tune, type TuneContext, type TuneReport } from './tune.ts';

const dir = await mkdtemp(join(tmpdir(), 'softpost-bands-'));
const at = (name: string): string => join(dir, name);
const ledgerAt = (name: string): string => at(`${name}.sqlite`);
const checkpointAt = (name: string): string => at(`${name}.checkpoint.safetensors`);

beforeAll(() => writeFilms(dir));
afterAll(() => rm(dir, { recursive: true }));

const DP = { dp: true, epsilon: 8, delta: 1e-3, publicSize: 20, clipNorm: 1, bands: 3 } as const;

function run(out: string, options: Partial<TuneOptions> = {}, context: Partial<TuneContext> = {}): Promise<TuneReport> {
  const paths = { studentDir: at('student'), taskFile: at('task.yaml'), dataFile: at('data.jsonl'), outDir: at(out) };
  const keyFile = at('owner-key.pem');
  const small = { steps: 28, lotSize: 2, virtualTokens: 2, threads: 1, keyFile, ledgerFile: ledgerAt(out) };
  return tune(
    { ...TUNE_DEFAULTS, ...small, ...paths, privacy: DP, ...options },
    { emit: () => undefined, signal: new AbortController().signal, ...context },
  );
}

/** Runs until `step` is done, then aborts, which saves it. */
async function interrupted(
  out: string,
  step: number,
  options: Partial<TuneOptions> = {},
  random?: RandomSource,
): Promise<void> {
  const controller = new AbortController();
  const emit = (event: RunEvent): void => {
    if (event.kind === 'progress' && event.step === step) controller.abort();
  };
  const context = { emit, signal: controller.signal, ...(random ? { random } : {}) };
  await expect(run(out, options, context)).rejects.toThrow(/abort/);
}

async function embeddings(out: string): Promise<Float32Array> {
  return (await readPromptFolder(at(out))).prompt.embeddings;
}

function runIn(name: string): RunAccount {
  using ledger = new Ledger(ledgerAt(name));
  return [...ledger.accounts().runs.values()][0]!;
}

// Kills: a receipt, a card or a charge that leaves the bands out, or takes the rate and the steps of DP-SGD for them.
test('receipt, prompt folder and ledger state the bands', async () => {
  const { privacy } = await run('stated');
  expect(privacy).toMatchObject({ bands: 3, samplingRate: 0.3, steps: 28 });
  const { receipt } = await verifyReceipt({ promptDir: at('stated') });
  expect(receipt).toMatchObject({
    mechanism: 'banded-gaussian',
    sampler: 'cyclic-poisson',
    samplingRate: '6/20',
    denominator: 2,
    steps: 28,
    coefficients: Array(3).fill(expect.any(Number)),
  });
  expect(statementOf(receipt)).toEqual({ ...privacy, epsilon: expect.closeTo(8, 4) as number });
  const { phases, steps, drawn } = runIn('stated');
  expect({ phases, steps, drawn }).toEqual({
    phases: [
      { samplingRate: 0.3, noiseMultiplier: receipt.mechanism === 'none' ? 0 : receipt.noiseMultiplier, steps: 10 },
    ],
    steps: 28,
    drawn: 28,
  });
});

// Kills: sums or groups lost with the interruption (groups drawn anew would also take random bits).
test('an interrupted run ends like an undisturbed one, bit for bit', async () => {
  const undisturbed = await run('undisturbed', {}, { random: insecureTestRandom(4) });
  const random = insecureTestRandom(4);
  await interrupted('resumed', 26, {}, random);
  const resumed = await run('resumed', {}, { random });
  expect(await embeddings('resumed')).toEqual(await embeddings('undisturbed'));
  expect(resumed.local.lotSizes).toEqual(undisturbed.local.lotSizes);
  expect(runIn('resumed')).toMatchObject({ drawn: 28, reserved: 28, unbroken: true });
});

// Kills: groups of records in place of users, lost with the interruption or of another number.
test('users take turns as records do, also over an interruption', async () => {
  await writeRecords(at('users.jsonl'), filmRecordsOf(9, 20));
  const options = { dataFile: at('users.jsonl'), privacy: { ...DP, user: { column: 'user', examples: 2 } } };
  await run('users', options, { random: insecureTestRandom(4) });
  const random = insecureTestRandom(4);
  await interrupted('users-resumed', 26, options, random);
  await run('users-resumed', options, { random });
  expect(await embeddings('users-resumed')).toEqual(await embeddings('users'));
  await run('users-stated', options);
  const { receipt } = await verifyReceipt({ promptDir: at('users-stated') });
  expect(receipt).toMatchObject({ mechanism: 'banded-gaussian', unit: 'user', samplingRate: '6/20' });
});

// Kills: a run that goes on from an older checkpoint as if nothing had been drawn after it; lost steps that cost a third of a turn.
test('steps that a kill lost are charged in whole, and the noise begins anew', async () => {
  const random = insecureTestRandom(5);
  await interrupted('killed', 24, {}, random);
  copyFileSync(checkpointAt('killed'), at('checkpoint-24'));
  await interrupted('killed', 26, {}, random);
  copyFileSync(at('checkpoint-24'), checkpointAt('killed'));
  await run('killed', {}, { random: insecureTestRandom(6) });
  const account = runIn('killed');
  expect(account).toMatchObject({ drawn: 30, reserved: 30, unbroken: false });
  const phases = [{ samplingRate: 1, noiseMultiplier: 1, steps: 10 }];
  expect(rdpOfRuns([{ ...account, phases }], 2)).toBeCloseTo(12, 6);
});

// The mutant of the test above, made by hand: from one checkpoint with the same random bits, only what the ledger says differs.
test('a checkpoint that is not the last draw is followed by other noise than one that is', async () => {
  const resume = async (lost: number, ledger = 'same'): Promise<Float32Array> => {
    const out = `lost-${lost}-${ledger}`;
    await interrupted(out, 24, {}, insecureTestRandom(5));
    copyFileSync(checkpointAt(out), at('copy'));
    if (lost > 0) await interrupted(out, 24 + lost, {}, insecureTestRandom(7));
    copyFileSync(at('copy'), checkpointAt(out));
    const ledgerFile = ledgerAt(ledger === 'same' ? out : ledger);
    await run(out, { ledgerFile }, { random: insecureTestRandom(6) });
    return embeddings(out);
  };
  const [kept, one, two] = [await resume(0), await resume(1), await resume(2)];
  expect(one).toEqual(two);
  expect(one).not.toEqual(kept);
  // Another ledger cannot know.
  expect(await resume(0, 'another')).toEqual(one);
});

// Rate and noise are the same in both, so that only the number of bands tells them apart.
test('a run does not go on with other bands', async () => {
  const privacy = { dp: true, delta: 1e-3, clipNorm: 1, noiseMultiplier: 1 } as const;
  await interrupted('changed', 2, { privacy: { ...privacy, publicSize: 20, bands: 3 } });
  await expect(run('changed', { privacy: { ...privacy, publicSize: 40, bands: 6 } })).rejects.toMatchObject({
    code: 'BAD_CHECKPOINT',
    message: expect.stringContaining('bands was 3, now 6') as string,
  });
});

test('bands are refused where nothing was proved for them, and nothing is written', async () => {
  const exact = { ...DP, noiseMode: 'exact' } as const;
  await expect(run('exact', { privacy: exact })).rejects.toMatchObject({ code: 'BAD_PRIVACY_PARAMETER' });
  await expect(run('corrected', { optimiser: 'adam-bc' })).rejects.toMatchObject({ code: 'BAD_OPTION' });
  await expect(readPromptFolder(at('exact'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
});
