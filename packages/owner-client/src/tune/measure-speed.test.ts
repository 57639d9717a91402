import { join } from 'node:path';
import { expect, test } from 'vitest';
import { measureSpeed } from './measure-speed.ts';

const models = join(import.meta.dirname, '../../../../test/fixtures/models');
const options = { virtualTokens: 4, textTokens: 8, microbatch: 4, threads: 1 };
const { signal } = new AbortController();

test.each(['gpt2-student', 'bert'])('%s has a speed', async (name) => {
  const speed = await measureSpeed({ ...options, studentDir: join(models, name) }, { signal });
  expect(speed.examplesPerSecond).toBeGreaterThan(0);
  expect(Number.isInteger(speed.hiddenSize)).toBe(true);
});

test('texts that do not fit are refused', async () => {
  const tooLong = { ...options, studentDir: join(models, 'gpt2-student'), textTokens: 100_000 };
  await expect(measureSpeed(tooLong, { signal })).rejects.toMatchObject({ code: 'BAD_OPTION' });
});

test('it stops when it is told to', async () => {
  const run = measureSpeed({ ...options, studentDir: join(models, 'gpt2-student') }, { signal: AbortSignal.abort() });
  await expect(run).rejects.toMatchObject({ name: 'AbortError' });
});
