import { mkdtemp, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { openCheckpoint } from './checkpoint.ts';

const output = async (): Promise<string> => join(await mkdtemp(join(tmpdir(), 'softpost-checkpoint-')), 'out');
const state = { step: 12, arrays: { prompt: Float32Array.of(1, -2.5, 1e-30), m: new Float32Array(2) } };

test('what was saved is loaded, bit for bit', async () => {
  const out = await output();
  await openCheckpoint(out, { seed: 1 }).save(state);
  expect(await openCheckpoint(out, { seed: 1 }).load()).toEqual(state);
});

test('without a checkpoint, or after its removal, there is nothing to load', async () => {
  const checkpoint = openCheckpoint(await output(), { seed: 1 });
  expect(await checkpoint.load()).toBeUndefined();
  await checkpoint.save(state);
  await checkpoint.remove();
  expect(await checkpoint.load()).toBeUndefined();
});

test('what a killed writer left of a checkpoint goes with it', async () => {
  const out = await output();
  const left = `${dirname(out)}/.out.checkpoint.safetensors.0123abcd-7-0123456789ab.tmp`;
  await writeFile(left, 'half');
  await utimes(left, 0, 0);
  await openCheckpoint(out, { seed: 1 }).remove();
  expect(await readdir(dirname(out))).toEqual([]);
});

test('a checkpoint of other options is refused, the option named', async () => {
  const out = await output();
  await openCheckpoint(out, { seed: 1, steps: 5 }).save(state);
  await expect(openCheckpoint(out, { seed: 1, steps: 6 }).load()).rejects.toMatchObject({
    code: 'BAD_CHECKPOINT',
    message: expect.stringContaining('steps was 5, now 6') as string,
  });
});

// Kills: a plain digest of private data in a message that people send around.
test('a changed file is named, its digest is not', async () => {
  const out = await output();
  const [old, now] = ['1', '2'].map((digit) => `sha256:${digit.repeat(64)}`);
  await openCheckpoint(out, { data: old! }).save(state);
  const refused = openCheckpoint(out, { data: now! }).load();
  await expect(refused).rejects.toThrow(/options: data has changed$/);
});

// Kills: a checkpoint that other users can read; it holds the losses of private lots.
test('a checkpoint is for its owner alone', async () => {
  const out = await output();
  await openCheckpoint(out, {}).save(state);
  expect((await stat(`${out}.checkpoint.safetensors`)).mode & 0o777).toBe(0o600);
});

test('a damaged checkpoint is refused', async () => {
  const out = await output();
  await writeFile(`${out}.checkpoint.safetensors`, 'not a checkpoint');
  await expect(openCheckpoint(out, {}).load()).rejects.toMatchObject({ code: 'BAD_CHECKPOINT' });
});

test('a checkpoint lies beside the output, not in it', async () => {
  const out = await output();
  await openCheckpoint(`${out}/`, { seed: 1 }).save(state);
  expect(await readdir(dirname(out))).toEqual(['out.checkpoint.safetensors']);
});
