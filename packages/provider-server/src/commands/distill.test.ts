/** @file The distill command as a user calls it: through the installed program. */

import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@softpost/shared/artifact/folder.fixture';
import { openLanguageModel } from '@softpost/shared/model/language-model';
import { expect, test } from 'vitest';

const program = join(import.meta.dirname, '../../bin/softpost-provider.mjs');
const teacher = join(import.meta.dirname, '../../../../models/softpost-ref-clm');

function distill(...args: readonly string[]): { readonly status: number | null; readonly document: unknown } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'distill', ...args, '--json']);
  return { status, document: JSON.parse((status === 0 ? stdout : stderr).toString()) };
}

test('a student comes out, and one document about it', async () => {
  const dir = await temporaryFolder();
  const corpus = join(dir, 'corpus.txt');
  await writeFile(corpus, Array.from({ length: 400 }, (_, line) => `The ${line}. house is near the river.`).join('\n'));
  const out = join(dir, 'student');
  const flags = ['--steps', '2', '--batch', '2', '--length', '16', '--threads', '1', '--weights', '5,2,0.5'];
  const { status, document } = distill(
    '--teacher',
    teacher,
    '--corpus',
    corpus,
    '--layers',
    '0,7',
    '--out',
    out,
    ...flags,
  );
  expect(status).toBe(0);
  expect(document).toMatchObject({ layers: [0, 7], options: { steps: 2, weights: { kl: 5, lm: 2, cosine: 0.5 } } });
  expect((await openLanguageModel(out)).architecture.layers).toBe(2);
});

test.each([
  ['--weights must be three numbers', ['--weights', '5,2']],
  ['--weights must be a number', ['--weights', '5,2,x']],
  ["argument 'all' is invalid", ['--freeze', 'all']],
])('%s', (message, flags) => {
  const { status, document } = distill('--teacher', teacher, '--corpus', 'x', '--out', 'y', ...flags);
  expect(status).toBe(2);
  expect(document).toMatchObject({
    error: { code: 'BAD_OPTION', message: expect.stringContaining(message) as string },
  });
});
