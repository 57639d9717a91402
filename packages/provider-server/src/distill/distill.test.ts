/** @file Distillation of real models on a little text: the student learns, loads, and does not depend on interruptions. */

import { readFileSync, readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { refusal, temporaryFolder } from '@softpost/shared/artifact/folder.fixture';
import type { RunEvent } from '@softpost/shared/events';
import { openLanguageModel } from '@softpost/shared/model/language-model';
import { expect, test } from 'vitest';
import { DISTILL_DEFAULTS, type DistillOptions } from './distill-options.ts';
import { distill, type DistillContext } from './distill.ts';
import { maskedTeacher } from './masked-teacher.fixture.ts';

const root = join(import.meta.dirname, '../../../..');
const teacherDir = join(root, 'models/softpost-ref-clm');

/** The licence, a paragraph a line: real English that is always there and never changes. */
function corpus(): string {
  return readFileSync(join(root, 'LICENSE'), 'utf8').replaceAll(/\s*\n\s*(?=\S)/g, '\n');
}

async function options(overrides: Partial<DistillOptions> = {}): Promise<DistillOptions> {
  const dir = await temporaryFolder();
  await writeFile(join(dir, 'corpus.txt'), corpus());
  return {
    ...DISTILL_DEFAULTS,
    teacherDir,
    corpusFile: join(dir, 'corpus.txt'),
    outDir: join(dir, 'student'),
    steps: 6,
    batch: 2,
    length: 32,
    learningRate: 1e-3,
    heldOutShare: 0.2,
    heldOutRows: 16,
    threads: 1,
    ...overrides,
  };
}

interface TestContext extends DistillContext {
  readonly messages: readonly string[];
  abort(): void;
}

function context(onStep: (step: number, loss: number) => void = () => {}): TestContext {
  const controller = new AbortController();
  const messages: string[] = [];
  const emit = (event: RunEvent): void => {
    if (event.kind === 'progress') onStep(event.step, event.metrics['loss']!);
    else messages.push(event.message);
  };
  return { emit, signal: controller.signal, messages, abort: () => controller.abort() };
}

test('the loss falls, and the student is a model folder with the layers asked for', async () => {
  const given = await options({ steps: 60, layers: [0, 7] });
  const losses: number[] = [];
  const run = context((_, loss) => losses.push(loss));
  const report = await distill(given, run);
  expect(run.messages).toEqual([expect.stringMatching(/^needs at most \d\.\d\d GB of memory/)]);
  expect(losses).toHaveLength(60);
  expect(losses.at(-1)!).toBeLessThan(0.8 * losses[0]!);
  expect(report.heldOut.after.studentPerplexity).toBeLessThan(report.heldOut.before.studentPerplexity);
  expect(report.heldOut.after.agreement).toBeGreaterThan(report.heldOut.before.agreement);
  expect(report.heldOut.after.teacherPerplexity).toBe(report.heldOut.before.teacherPerplexity);
  const { architecture } = await openLanguageModel(given.outDir);
  expect(architecture).toMatchObject({ layers: 2, tiedHead: true, vocabularySize: 8192 });
  expect(JSON.parse(await readFile(join(given.outDir, 'distillation.json'), 'utf8'))).toEqual(report);
  expect(await readFile(join(given.outDir, 'tokenizer.json'))).toEqual(
    await readFile(join(teacherDir, 'tokenizer.json')),
  );
});

test('a student of all layers starts as its teacher', async () => {
  const { heldOut } = await distill(await options({ steps: 0, layers: [0, 1, 2, 3, 4, 5, 6, 7] }), context());
  expect(heldOut.before.agreement).toBe(1);
  expect(heldOut.before.kl).toBeLessThan(1e-5);
  expect(heldOut.before.studentPerplexity).toBeCloseTo(heldOut.before.teacherPerplexity, 3);
});

test('a run that was stopped ends with the same bytes as one that was not', async () => {
  const undisturbed = await options({ checkpointEvery: 4 });
  await distill(undisturbed, context());
  for (const { how, goesOnWith } of [
    // Mutant: without a checkpoint at the signal, step 5 runs twice.
    { how: 'signal', goesOnWith: [6] },
    // Mutant: without the checkpoint of step 4, all six steps run again.
    { how: 'crash', goesOnWith: [5, 6] },
  ]) {
    const given = { ...undisturbed, outDir: `${undisturbed.outDir}-${how}` };
    const stopped = context((step) => {
      if (step !== 5) return;
      if (how === 'crash') throw new Error('abort');
      stopped.abort();
    });
    await expect(distill(given, stopped)).rejects.toThrow(/abort/);
    const steps: number[] = [];
    await distill(
      given,
      context((step) => steps.push(step)),
    );
    expect(steps).toEqual(goesOnWith);
    for (const name of readdirSync(undisturbed.outDir))
      expect(await readFile(join(given.outDir, name)), name).toEqual(await readFile(join(undisturbed.outDir, name)));
    expect(readdirSync(join(given.outDir, '..')).filter((name) => name.includes('checkpoint'))).toEqual([]);
  }
});

test.each(['head', 'embedding'] as const)('freezing the %s of a tied model gives it both matrices', async (freeze) => {
  const given = await options({ freeze, steps: 2 });
  await distill(given, context());
  const student = await openLanguageModel(given.outDir);
  const teacher = await openLanguageModel(teacherDir);
  expect(student.architecture.tiedHead).toBe(false);
  const wanted = await teacher.folder.read(teacher.architecture.headName);
  const { embeddingName, headName } = student.architecture;
  const [frozen, trained] = freeze === 'head' ? [headName, embeddingName] : [embeddingName, headName];
  expect(await student.folder.read(frozen)).toEqual(wanted);
  expect(await student.folder.read(trained)).not.toEqual(wanted);
});

test('a masked model learns from masked tokens', async () => {
  const given = await options();
  const masked = await maskedTeacher();
  const losses: number[] = [];
  const { heldOut } = await distill(
    { ...given, teacherDir: masked, layers: [0], steps: 40, learningRate: 1e-2, batch: 8 },
    context((_, loss) => losses.push(loss)),
  );
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(mean(losses.slice(-5))).toBeLessThan(0.8 * mean(losses.slice(0, 5)));
  expect(heldOut.after.kl).toBeLessThan(heldOut.before.kl);
  expect((await openLanguageModel(given.outDir)).architecture).toMatchObject({ kind: 'masked', layers: 1 });
});

test('bad options are told before anything is computed', async () => {
  const given = await options();
  const refuse = (overrides: Partial<DistillOptions>, ...expected: Parameters<typeof refusal>): Promise<void> =>
    expect(distill({ ...given, ...overrides }, context())).rejects.toMatchObject(refusal(...expected));
  await refuse({ outDir: teacherDir }, 'FILE_EXISTS', /softpost-ref-clm/);
  await refuse({ layers: [0, 8] }, 'BAD_OPTION', /layers 0,8 .* 0 to 7/);
  await refuse({ layers: [7, 0] }, 'BAD_OPTION', /ascending/);
  await refuse({ length: 513 }, 'BAD_OPTION', /length 513/);
  await refuse({ corpusFile: `${given.corpusFile}.missing` }, 'FILE_NOT_FOUND', /missing/);
});
