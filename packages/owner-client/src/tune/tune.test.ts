import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { refusal } from '@softpost/shared/artifact/folder.fixture';
import { modelDigest } from '@softpost/shared/artifact/model-digest';
import { readPromptFolder } from '@softpost/shared/artifact/prompt-folder';
import type { ErrorCode } from '@softpost/shared/errors';
import type { RunEvent } from '@softpost/shared/events';
import { statementOf, verifyReceipt } from '@softpost/shared/receipt/verify-receipt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readSigningKey } from '@softpost/shared/signature/signing-key';
import { insecureTestRandom } from './csprng.ts';
import { filmRecords, filmRecordsOf, writeFilms, writeRecords, type FilmRecord } from './films.fixture.ts';
import { TUNE_DEFAULTS, type TuneOptions } from './tune-options.ts';
import { tune, type TuneContext, type TuneReport } from './tune.ts';

const dir = await mkdtemp(join(tmpdir(), 'softpost-tune-'));
const at = (name: string): string => join(dir, name);

beforeAll(() => writeFilms(dir));
afterAll(() => rm(dir, { recursive: true }));

const DP = { dp: true, epsilon: 8, delta: 1e-3, publicSize: 20, clipNorm: 1 } as const;

function run(out: string, options: Partial<TuneOptions> = {}, context: Partial<TuneContext> = {}): Promise<TuneReport> {
  const paths = {
    studentDir: at('student'),
    taskFile: at('task.yaml'),
    dataFile: at('data.jsonl'),
    outDir: at(out),
    keyFile: at('owner-key.pem'),
  };
  const ledgerFile = at('ledger.sqlite');
  const small = { steps: 2, lotSize: 2, virtualTokens: 2, threads: 1 };
  return tune(
    { ...TUNE_DEFAULTS, ...small, ...paths, ledgerFile, privacy: DP, ...options },
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

function blot(text: string): string {
  return '#'.repeat(text.length);
}

/** Every file of a prompt folder as text, blotted out: the values of the prompt, its digest, the signature over it, the ledger's keyed hashes, and the day. */
async function withoutValues(out: string): Promise<Readonly<Record<string, string>>> {
  const files: Record<string, string> = {};
  for (const name of (await readdir(at(out))).toSorted()) {
    const bytes = await readFile(at(join(out, name)));
    if (name.endsWith('.safetensors')) bytes.fill(0, 8 + Number(bytes.readBigUInt64LE(0)));
    files[name] = bytes
      .toString('latin1')
      .replace(/(?<="promptDigest":"sha256:)[0-9a-f]{64}(?=")/, blot)
      .replace(/(?<="(?:dataset":"hmac-sha256:|headHash":"|previousHash":"))[0-9a-f]{64}(?=")/g, blot)
      .replace(/(?<="signature":")[\w-]{86}(?=")/, blot)
      .replace(/(?<="date":")\d{4}-\d{2}-\d{2}(?=")/, blot);
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

// Kills: q from N; N, a loss, an accuracy, a time or a lot size in the prompt folder; a length that depends on the data.
test('neighbouring data sets give the same prompt folder, the values of the prompt excepted', async () => {
  await run('of-20', { ledgerFile: at('of-20.sqlite') });
  const expected = await withoutValues('of-20');
  expect(expected['receipt.json']).toMatch(/"samplingRate":"2\/20".*"signature":"#{86}"/);
  for (const [name, data] of neighbours) {
    await writeRecords(at('neighbour.jsonl'), data);
    const out = name.replaceAll(' ', '-');
    await run(out, { dataFile: at('neighbour.jsonl'), ledgerFile: at(`${out}.sqlite`) });
    expect(await withoutValues(out), name).toEqual(expected);
  }
});

const BY_USER = { ...DP, publicSize: 5, user: { column: 'user', examples: 2 } } as const;
const five = filmRecordsOf(5, 20);
const someone = (count: number): readonly FilmRecord[] =>
  filmRecords(count).map(({ label, text }) => ({ label, text: `mine: ${text}`, user: 'Zanzibar' }));
const userNeighbours: readonly (readonly [string, readonly FilmRecord[]])[] = [
  ['a user of one record more', [...five, ...someone(1)]],
  ['a user of 100 records more', [...someone(100), ...five]],
  ['a user less', five.filter(({ user }) => user !== 'user 3')],
  ['one user only', filmRecordsOf(1, 20)],
];

// Kills: q, denominator or delta from the number of users or records; a user's name in the prompt folder; the unit from
// anything but the plan.
test('data sets that differ in a whole user give the same prompt folder, the values of the prompt excepted', async () => {
  const runOn = (out: string, data: string): Promise<TuneReport> =>
    run(out, { dataFile: at(data), ledgerFile: at(`${out}.sqlite`), privacy: BY_USER });
  await writeRecords(at('five.jsonl'), five);
  expect((await runOn('of-five', 'five.jsonl')).privacy).toMatchObject({ unit: 'user', samplingRate: 2 / 5 });
  const expected = await withoutValues('of-five');
  expect(expected['receipt.json']).toMatch(/"samplingRate":"2\/5".*"unit":"user"/);
  expect(expected['softpost.json']).toMatch(/"unit": ?"user"[^]*"unitExamples": ?2/);
  expect((await verifyReceipt({ promptDir: at('of-five') })).receipt).toMatchObject({ unit: 'user' });
  for (const [name, data] of userNeighbours) {
    await writeRecords(at('neighbour.jsonl'), data);
    await runOn(name.replaceAll(' ', '-'), 'neighbour.jsonl');
    const folder = await withoutValues(name.replaceAll(' ', '-'));
    expect(folder, name).toEqual(expected);
    expect(Object.values(folder).join(), name).not.toMatch(/Zanzibar|user \d/);
  }
});

// Kills: lots, losses or health counted in records where the unit is the user.
test('what is told of the lots of users counts users', async () => {
  await writeRecords(at('five.jsonl'), five);
  const privacy = { ...BY_USER, publicSize: 1, user: { column: 'user', examples: 3 } };
  const options = { dataFile: at('five.jsonl'), ledgerFile: at('lots.sqlite'), lotSize: 1, privacy };
  const messages: string[] = [];
  const emit = (event: RunEvent): void => {
    if (event.kind === 'message') messages.push(event.message);
  };
  const { local } = await run('lots-of-users', options, { emit });
  expect(local).toMatchObject({ lotSizes: [5, 5], meanLotSize: 5, nonFiniteExamples: 0 });
  for (const loss of local.losses) expect(loss).toBeLessThan(10);
  expect(messages).toEqual([expect.stringMatching(/lots held 5 users on average where 1 were expected/)]);
});

// Kills: a run that goes on by another unit, or with another bound on what a user adds, than it began with.
test('a run is taken up with the users that it began with', async () => {
  const options = { steps: 28, dataFile: at('two-columns.jsonl'), ledgerFile: at('two-columns.sqlite') };
  await writeRecords(
    at('two-columns.jsonl'),
    five.map((record) => ({ ...record, session: record.text })),
  );
  await interrupted('by-user', 26, { ...options, privacy: BY_USER });
  for (const [user, fault] of [
    [{ column: 'session', examples: 2 }, /unitColumn was "user", now "session"/],
    [{ column: 'user', examples: 3 }, /unitExamples was 2, now 3/],
    [undefined, /unitColumn was "user", now undefined/],
  ] as const)
    await expect(run('by-user', { ...options, privacy: { ...BY_USER, user } })).rejects.toMatchObject({
      code: 'BAD_CHECKPOINT',
      message: expect.stringMatching(fault) as string,
    });
  expect((await run('by-user', { ...options, privacy: BY_USER })).privacy).toMatchObject({ unit: 'user', steps: 28 });
});

// Kills: a receipt for another prompt, plan or epsilon than those of the run.
test('the receipt of a run is verified, with the owner’s key, and is that of its plan', async () => {
  const { privacy } = await run('with-receipt', { steps: 3 });
  const publicKey = await readSigningKey(at('owner-key.pem'));
  const { receipt } = await verifyReceipt({ promptDir: at('with-receipt'), publicKey });
  expect(receipt).toMatchObject({
    mechanism: 'sampled-gaussian',
    unit: 'example',
    samplingRate: '2/20',
    denominator: 2,
    steps: 3,
    delta: 1e-3,
    clipNorm: 1,
    noise: 'rounded',
    secure: true,
    selection: { procedure: 'none' },
    studentDigest: await modelDigest(at('student')),
    date: new Date().toISOString().slice(0, 10),
  });
  expect(statementOf(receipt)).toEqual({ ...privacy, epsilon: expect.closeTo(8, 4) as number });
});

test('without privacy the receipt says so', async () => {
  await run('open', { privacy: { dp: false } });
  const { receipt } = await verifyReceipt({ promptDir: at('open') });
  expect(receipt).toMatchObject({ mechanism: 'none', epsilon: null });
});

test('a run that is one of several claims epsilon for the choice among them', async () => {
  const trials = { kind: 'poisson', mean: 4 } as const;
  await run('one-of-several', { privacy: { ...DP, trials } });
  const { receipt } = await verifyReceipt({ promptDir: at('one-of-several') });
  expect(receipt).toMatchObject({ selection: { procedure: 'best-of', trials }, epsilon: { pld: { add: null } } });
});

test('the first run makes the key, and says so once', async () => {
  const messages: string[] = [];
  const emit = (event: RunEvent): void => {
    if (event.kind === 'message') messages.push(event.message);
  };
  const keyFile = at('keys/new.pem');
  await run('first-key', { keyFile }, { emit });
  await run('second-key', { keyFile }, { emit });
  expect(messages.filter((message) => message.includes('key to sign'))).toEqual([expect.stringContaining(keyFile)]);
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
  await expect(verifyReceipt({ promptDir: at('seeded') })).rejects.toMatchObject({
    code: 'BAD_RECEIPT',
    message: expect.stringContaining('secure is false') as string,
  });
  await run('seeded-again', {}, { random: insecureTestRandom(4) });
  expect(await embeddings('seeded-again')).toEqual(await embeddings('seeded'));
});

// Kills: a statement that does not say how noise and clipping were, or that takes bounds which do not hold for exact noise.
test('noise mode and clipping are in the privacy statement', async () => {
  const { privacy } = await run('exact', { privacy: { ...DP, noiseMode: 'exact', clipping: 'auto-s' } });
  expect(privacy).toMatchObject({ noiseMode: 'exact', clipping: 'auto-s', accountant: 'rdp of integer orders' });
  expect((await readPromptFolder(at('exact'))).card?.privacy).toEqual(privacy);
  expect((await run('rounded')).privacy).toMatchObject({ noiseMode: 'rounded', clipping: 'flat' });
});

test('Adam with bias correction makes another prompt from the same gradients', async () => {
  for (const optimiser of ['adam', 'adam-bc'] as const)
    await run(optimiser, { optimiser }, { random: insecureTestRandom(4) });
  expect(await embeddings('adam-bc')).not.toEqual(await embeddings('adam'));
  await expect(run('no-noise', { optimiser: 'adam-bc', privacy: { dp: false } })).rejects.toMatchObject({
    code: 'BAD_OPTION',
  });
});

// Kills: a health report in the prompt folder, or one that does not say that it is private.
test('the health report is a file of its own, on request', async () => {
  const { local } = await run('watched', { healthFile: at('health.json') });
  expect((await stat(at('health.json'))).mode & 0o777).toBe(0o600);
  const { notice, ...report } = JSON.parse(await readFile(at('health.json'), 'utf8')) as Record<string, unknown>;
  expect(notice).toMatch(/^PRIVATE/);
  expect(report).toEqual(local);
  expect(local).toMatchObject({ lotSizes: [expect.any(Number), expect.any(Number)], nonFiniteExamples: 0 });
  await expect(run('watched-again', { healthFile: at('health.json') })).rejects.toMatchObject({ code: 'FILE_EXISTS' });
  for (const inside of ['inside', 'inside/health.json', 'inside/../inside/..health']) {
    await expect(run('inside', { healthFile: at(inside) })).rejects.toMatchObject({ code: 'BAD_OPTION' });
  }
  expect(await readdir(dir)).not.toContain('inside');
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
  const { privacy, local } = await run('private', options);
  expect(local).not.toHaveProperty('gradientsSinceStep');
  await interrupted('private-resumed', 27, options, { random: insecureTestRandom(1) });
  await expect(run('private-resumed', options)).rejects.toMatchObject({
    code: 'BAD_CHECKPOINT',
    message: expect.stringContaining('noise was "insecure-test"') as string,
  });
  await rm(at('private-resumed.checkpoint.safetensors'));
  await interrupted('private-resumed', 27, options);
  const resumed = await run('private-resumed', options);
  expect(resumed.privacy).toEqual(privacy);
  // What of the health report is about some of the steps only says so.
  expect(resumed.local).toMatchObject({ gradientsSinceStep: 27, lotSizes: { length: 28 } });
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
    message: expect.stringContaining('data has changed') as string,
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
  await run('wrong-size', { privacy: { ...DP, publicSize: 2 }, ledgerFile: at('wrong-size.sqlite') }, { emit });
  expect(messages).toEqual([expect.stringMatching(/lots held 20 records .* 2 were expected.*private/)]);
});

const TASK = { name: 'films', template: '{text} It was {mask}.' };
const FEW = ['bad', 'good'].map((name) => ({ name, words: [name] }));
const MANY = Array.from({ length: 7 }, (_, name) => ({
  name: `${name}`,
  words: Array<string>(100).fill('x'.repeat(100)),
}));

// Kills: epsilon spent on a prompt that the provider can only refuse.
test.each<[string, Partial<TuneOptions>, object, ErrorCode, RegExp]>([
  ['too many virtual tokens', { virtualTokens: 257 }, { labels: FEW }, 'BAD_OPTION', /submitted.*at most 256/],
  ['too many steps', { steps: 10_000_001 }, { labels: FEW }, 'BAD_OPTION', /submitted.*at most 10000000/],
  ['a task that is too long', {}, { labels: MANY }, 'BAD_TASK_FILE', /huge\.json: \d+ characters; at most 65536/],
  ['a task that is no Unicode', {}, { labels: FEW, initText: '\ud800' }, 'BAD_TASK_FILE', /Unicode/],
])('%s is refused before the ledger knows of it', async (_, options, task, code, message) => {
  const [taskFile, ledgerFile] = [at('huge.json'), at('unspent.sqlite')];
  await writeFile(taskFile, JSON.stringify({ ...TASK, ...task }));
  const refused = run('unsubmittable', { taskFile, ledgerFile, ...options });
  await expect(refused).rejects.toMatchObject(refusal(code, message));
  expect(existsSync(ledgerFile)).toBe(false);
});
