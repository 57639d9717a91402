import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPromptFolder } from '@softpost/shared/artifact/prompt-folder';
import type { RunEvent } from '@softpost/shared/events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { insecureTestRandom } from './csprng.ts';
import { filmRecords, writeFilms, writeRecords, type FilmRecord } from './films.fixture.ts';
import { TUNE_DEFAULTS, type TuneOptions } from './tune-options.ts';
import { tune, type TuneContext, type TuneReport } from './tune.ts';

const dir = await mkdtemp(join(tmpdir(), 'softpost-tune-'));
const at = (name: string): string => join(dir, name);

beforeAll(() => writeFilms(dir));
afterAll(() => rm(dir, { recursive: true }));

const DP = { dp: true, epsilon: 8, delta: 1e-3, publicSize: 20, clipNorm: 1 } as const;

function run(out: string, options: Partial<TuneOptions> = {}, context: Partial<TuneContext> = {}): Promise<TuneReport> {
  const paths = { studentDir: at('student'), taskFile: at('task.yaml'), dataFile: at('data.jsonl'), outDir: at(out) };
  const small = { steps: 2, lotSize: 2, virtualTokens: 2, threads: 1 };
  return tune(
    { ...TUNE_DEFAULTS, ...small, ...paths, privacy: DP, ...options },
    { emit: () => undefined, signal: new AbortController().signal, ...context },
  );
}

/** Runs until `step` is done, then aborts. */
async function interrupted(
  out: string,
  step: number,
  options: Partial<TuneOptions>,
  context: Pick<TuneContext, 'random'> = {},
): Promise<void> {
  const controller = new AbortController();
  const emit = (event: RunEvent): void => {
    if (event.kind === 'progress' && event.step === step) controller.abort();
  };
  await expect(run(out, options, { ...context, emit, signal: controller.signal })).rejects.toThrow(/abort/);
}

async function embeddings(out: string): Promise<Float32Array> {
  return (await readPromptFolder(at(out))).prompt.embeddings;
}

/** Every file of a prompt folder as text, the values of the prompt blotted out. */
async function withoutValues(out: string): Promise<Readonly<Record<string, string>>> {
  const files: Record<string, string> = {};
  for (const name of (await readdir(at(out))).toSorted()) {
    const bytes = await readFile(at(join(out, name)));
    if (name.endsWith('.safetensors')) bytes.fill(0, 8 + Number(bytes.readBigUInt64LE(0)));
    files[name] = bytes.toString('latin1');
  }
  return files;
}

const records = filmRecords(20);
const neighbours: readonly (readonly [string, readonly FilmRecord[]])[] = [
  ['a record more', filmRecords(21)],
  ['a record less', filmRecords(19)],
  ['a very long record more', [...records, { label: 'positive', text: 'long '.repeat(5000) }]],
  ['other labels', records.map(({ text }) => ({ text, label: 'negative' }))],
  ['one record only', filmRecords(1)],
];

// Kills: N, a loss, an accuracy, a time or a lot size in the prompt folder; a length that depends on the data.
test('neighbouring data sets give the same prompt folder, the values of the prompt excepted', async () => {
  await run('of-20');
  const expected = await withoutValues('of-20');
  for (const [name, data] of neighbours) {
    await writeRecords(at('neighbour.jsonl'), data);
    const out = name.replaceAll(' ', '-');
    await run(out, { dataFile: at('neighbour.jsonl') });
    expect(await withoutValues(out), name).toEqual(expected);
  }
});

// Kills: a known seed behind sampling and noise.
test('two private runs never agree', async () => {
  await run('first');
  await run('second');
  expect(await embeddings('first')).not.toEqual(await embeddings('second'));
});

// Kills: a privacy claim for noise whose seed is known.
test('a prompt from test randomness is stamped as not private, and is reproducible', async () => {
  const { privacy } = await run('seeded', {}, { random: insecureTestRandom(4) });
  expect(privacy).toEqual({ dp: false });
  expect((await readPromptFolder(at('seeded'))).card?.privacy).toEqual({ dp: false });
  await run('seeded-again', {}, { random: insecureTestRandom(4) });
  expect(await embeddings('seeded-again')).toEqual(await embeddings('seeded'));
});

// Kills: a checkpoint without the optimiser's moments or at the wrong step; a data order that starts anew.
test('without privacy an interrupted run ends like an undisturbed one, bit for bit', async () => {
  const options = { steps: 28, privacy: { dp: false } } as const;
  const undisturbed = await run('undisturbed', options);
  await interrupted('resumed', 27, options);
  expect(await readdir(dir)).toContain('resumed.checkpoint.safetensors');
  const resumed = await run('resumed', options);
  // Also what is told of all steps, not only of those since the interruption.
  expect(resumed.local).toEqual(undisturbed.local);
  expect(resumed.local.losses.length).toBe(28);
  expect(await embeddings('resumed')).toEqual(await embeddings('undisturbed'));
  expect(await readdir(dir)).not.toContain('resumed.checkpoint.safetensors');
});

// Kills: a claim for the steps of the last part only, and one for a run that began without secure noise.
test('a private run that was interrupted claims all of its steps', async () => {
  const options = { steps: 28 };
  const { privacy } = await run('private', options);
  await interrupted('private-resumed', 27, options, { random: insecureTestRandom(1) });
  await expect(run('private-resumed', options)).rejects.toMatchObject({
    code: 'BAD_CHECKPOINT',
    message: expect.stringContaining('noise was "insecure-test"') as string,
  });
  await rm(at('private-resumed.checkpoint.safetensors'));
  await interrupted('private-resumed', 27, options);
  expect((await run('private-resumed', options)).privacy).toEqual(privacy);
});

// Kills: an unnoised loss of private records in the events without the word that says so.
test.each([DP, { dp: false } as const])(
  'every number of the progress events says that it is private: %o',
  async (privacy) => {
    const names = new Set<string>();
    const emit = (event: RunEvent): void => {
      if (event.kind === 'progress') for (const name of Object.keys(event.metrics)) names.add(name);
    };
    await run(`marked-${privacy.dp}`, { privacy, steps: 4, lotSize: 10 }, { emit });
    expect([...names]).toEqual(['private loss']);
  },
);

test('an interruption loses no step', async () => {
  const options = { steps: 6, privacy: { dp: false } } as const;
  await interrupted('cut', 3, options);
  const steps: number[] = [];
  const emit = (event: RunEvent): void => {
    if (event.kind === 'progress') steps.push(event.step);
  };
  await run('cut', options, { emit });
  expect(steps).toEqual([4, 5, 6]);
});

test('a checkpoint of another data file is refused', async () => {
  const options = { steps: 28, privacy: { dp: false } } as const;
  await interrupted('mixed', 26, options);
  await writeRecords(at('other.jsonl'), filmRecords(8));
  await expect(run('mixed', { ...options, dataFile: at('other.jsonl') })).rejects.toMatchObject({
    code: 'BAD_CHECKPOINT',
    message: expect.stringContaining('data was') as string,
  });
});

test('a prompt that never moved is an error, and is not written', async () => {
  await expect(run('still', { learningRate: 1e-30 })).rejects.toThrow('the prompt did not move');
  expect(await readdir(dir)).not.toContain('still');
});

test('lots of another size than expected are told to the owner', async () => {
  const messages: string[] = [];
  const emit = (event: RunEvent): void => {
    if (event.kind === 'message') messages.push(event.message);
  };
  await run('wrong-size', { privacy: { ...DP, publicSize: 2 } }, { emit });
  expect(messages).toEqual([expect.stringMatching(/lots held 20 records .* 2 were expected.*private/)]);
});
