import { createPublicKey } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { refusal, temporaryFolder } from '@softpost/shared/artifact/folder.fixture';
import { modelDigest, tokenizerDigest } from '@softpost/shared/artifact/model-digest';
import { providerKey } from '@softpost/shared/manifest/manifest.fixture';
import { openManifest } from '@softpost/shared/manifest/signed-manifest';
import { checkStudentFolder } from '@softpost/shared/manifest/student-folder';
import { addDays, dayOf } from '@softpost/shared/signature/day';
import { leafHash } from '@softpost/shared/transparency/merkle-tree';
import { expect, test } from 'vitest';
import { DISTILL_DEFAULTS } from '../distill/distill-options.ts';
import { distill } from '../distill/distill.ts';
import { manifestMaker, type StudentToSign } from './make-manifest.ts';
import { distilledStudent, REPORT } from './student-folder.fixture.ts';

const STUDENT: StudentToSign = { studentId: 'films', teacherId: 'teacher', validDays: 30 };
const make = manifestMaker({ privateKey: providerKey });
const today = dayOf(new Date());
const publicKey = createPublicKey(providerKey);

/** The folder without what is not published. */
async function published(dir: string): Promise<string> {
  for (const name of ['distillation.json', 'generation_config.json']) await rm(join(dir, name));
  return dir;
}

test('a manifest says what the folder is, by the digests that the owner computes', async () => {
  const dir = await distilledStudent();
  const sign = await make(dir, STUDENT);
  const signed = await sign(4);
  const manifest = openManifest(signed.manifest, { publicKey, studentId: 'films', today });
  expect(manifest).toMatchObject({
    studentVersion: 4,
    teacherId: 'teacher',
    modelDigest: await modelDigest(dir),
    tokenizerDigest: await tokenizerDigest(dir),
    architecture: { objective: 'causal', modelType: 'gpt2', layers: 1, hiddenSize: 24, vocabularySize: 61 },
    distillation: { heldOutRows: 16, ...REPORT.heldOut.after },
    issuedDay: today,
    expiresDay: addDays(today, 30),
  });
  expect(manifest.files.map(({ name }) => name)).toEqual(['config.json', 'model.safetensors', 'tokenizer.json']);
  // Of the 61 rows of the fixture's table, the second and the last but one.
  expect(manifest.embeddingNorms.low).toBeCloseTo(1.07133, 5);
  expect(manifest.embeddingNorms.high).toBeCloseTo(1.84849, 5);
  expect(signed.leafHash).toBe(Buffer.from(leafHash(signed.manifest)).toString('hex'));
  expect(signed.parameterCount).toBe(manifest.parameterCount);
  await expect(checkStudentFolder(await published(dir), manifest)).resolves.toBeUndefined();
});

test('what distillation writes can be published as it is', { timeout: 120_000 }, async () => {
  const root = join(import.meta.dirname, '../../../..');
  const dir = await temporaryFolder();
  const [corpusFile, outDir] = [join(dir, 'corpus.txt'), join(dir, 'student')];
  const lines = Array.from({ length: 400 }, (_, line) => `The ${line}. house is near the river.`);
  await writeFile(corpusFile, lines.join('\n'));
  const options = {
    ...DISTILL_DEFAULTS,
    teacherDir: join(root, 'models/softpost-ref-clm'),
    corpusFile,
    outDir,
    steps: 1,
    batch: 2,
    length: 16,
    heldOutRows: 8,
    threads: 1,
  };
  const report = await distill(options, { emit: () => {}, signal: new AbortController().signal });
  const { manifest } = await (await make(outDir, STUDENT))(1);
  const opened = openManifest(manifest, { publicKey, studentId: 'films', today });
  expect(opened.parameterCount).toBe(report.parameters.total);
  expect(opened.distillation).toEqual({ heldOutRows: report.corpus.heldOutRows, ...report.heldOut.after });
  expect(opened.modelDigest).toBe(await modelDigest(outDir));
});

// Kills: T12, a student published that is as good as the teacher.
test('a student that agrees too much with its teacher is not published', async () => {
  const at = (agreement: number): object => ({
    ...REPORT,
    heldOut: { after: { ...REPORT.heldOut.after, agreement } },
  });
  await expect(make(await distilledStudent(at(0.76)), STUDENT)).rejects.toMatchObject(
    refusal('STUDENT_TOO_STRONG', /student agrees with its teacher at 0\.76 .* limit is 0\.75$/),
  );
  await expect(make(await distilledStudent(at(0.75)), STUDENT)).resolves.toBeTruthy();
  const strict = manifestMaker({ privateKey: providerKey, strengthLimit: 0.4 });
  await expect(strict(await distilledStudent(), STUDENT)).rejects.toMatchObject(refusal('STUDENT_TOO_STRONG', /0\.4$/));
  const lax = manifestMaker({ privateKey: providerKey, strengthLimit: 1 });
  await expect(lax(await distilledStudent(at(1)), STUDENT)).resolves.toBeTruthy();
});

test.each<[string, (dir: string) => Promise<void>, object]>([
  ['no report', (dir) => rm(join(dir, 'distillation.json')), refusal('FILE_NOT_FOUND', /distillation\.json/)],
  [
    'a report without an agreement',
    (dir) => writeFile(join(dir, 'distillation.json'), JSON.stringify({ ...REPORT, heldOut: {} })),
    refusal('BAD_MANIFEST', /heldOut/),
  ],
  [
    'the report of another student',
    (dir) => writeFile(join(dir, 'distillation.json'), JSON.stringify({ ...REPORT, parameters: { total: 7 } })),
    refusal('BAD_MANIFEST', /is about 7 parameters/),
  ],
  ['no tokenizer', (dir) => rm(join(dir, 'tokenizer.json')), refusal('FILE_NOT_FOUND', /tokenizer\.json/)],
  [
    'weights that are not finite',
    async (dir) => {
      const path = join(dir, 'model.safetensors');
      const bytes = await readFile(path);
      await writeFile(path, bytes.fill(0xff, bytes.length - 4));
    },
    refusal('NON_FINITE', /NaN/),
  ],
])('%s: nothing is published', async (_, damage, fault) => {
  const dir = await distilledStudent();
  await damage(dir);
  await expect(make(dir, STUDENT)).rejects.toMatchObject(fault);
});

test.each([
  ['an id with a path', { studentId: '../x' }, 1, /studentId/],
  ['a version 0', {}, 0, /studentVersion/],
])('%s is not signed', async (_, change, version, message) => {
  const sign = await make(await distilledStudent(), { ...STUDENT, ...change });
  await expect(sign(version)).rejects.toMatchObject(refusal('BAD_MANIFEST', message));
});
