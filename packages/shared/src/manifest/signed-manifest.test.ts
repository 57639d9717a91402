/** @file Manifests that a stranger wrote, or a provider that means its owners ill. */
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { digestOf } from '../artifact/digest.ts';
import { refusal } from '../artifact/folder.fixture.ts';
import type { ErrorCode } from '../errors.ts';
import { FILES, manifestBody, providerKey, sealManifestWith } from './manifest.fixture.ts';
import { openManifest, sealManifest, type ExpectedStudent } from './signed-manifest.ts';
import { digestsOf, MAX_STUDENT_BYTES } from './student-files.ts';

const expected: ExpectedStudent = {
  publicKey: createPublicKey(providerKey),
  studentId: 'films-student',
  today: '2026-06-15',
};
const text = sealManifest(manifestBody(), providerKey);
const refused = (code: ErrorCode, message: RegExp): object => expect.objectContaining(refusal(code, message)) as object;

test('what was sealed is opened', () => {
  expect(openManifest(text, expected)).toMatchObject(manifestBody());
  const lastSeen = { studentVersion: 3, modelDigest: manifestBody().modelDigest };
  expect(openManifest(text, { ...expected, studentVersion: 3, lastSeen })).toMatchObject({ studentVersion: 3 });
});

test('a sharded student is opened', () => {
  const names = ['config.json', 'model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
  const rest = ['model.safetensors.index.json', 'tokenizer.json', 'vocab.json'];
  const files = [...names, ...rest].map((name) => ({ name, sizeBytes: 5, digest: digestOf(name) }));
  expect(openManifest(sealManifest(manifestBody(files), providerKey), expected).files).toEqual(files);
});

// Kills: the key taken from the manifest itself.
test('a manifest signed with another key than the pinned one is refused', () => {
  const key = generateKeyPairSync('ed25519').privateKey;
  expect(() => openManifest(sealManifest(manifestBody(), key), expected)).toThrow(
    refused('BAD_MANIFEST', /another key/),
  );
});

// Kills: the days, the version or the weights of a signed manifest not looked at.
test.each<[string, Partial<ExpectedStudent>, ErrorCode, RegExp]>([
  ['on the day after its last', { today: '2027-01-01' }, 'MANIFEST_EXPIRED', /expiresDay is 2026-12-31/],
  ['on the day before its first', { today: '2026-01-31' }, 'MANIFEST_EXPIRED', /issuedDay is 2026-02-01/],
  ['in place of another student', { studentId: 'other' }, 'BAD_MANIFEST', /not of other 3/],
  ['in place of an older version', { studentVersion: 2 }, 'BAD_MANIFEST', /not of films-student 2/],
  [
    'after a newer version',
    { lastSeen: { studentVersion: 4, modelDigest: digestOf('x') } },
    'STUDENT_ROLLED_BACK',
    /4 was offered before/,
  ],
  [
    'after other weights of the same version',
    { lastSeen: { studentVersion: 3, modelDigest: digestOf('x') } },
    'STUDENT_ROLLED_BACK',
    /version 3 had/,
  ],
  ['above the size accepted here', { maxBytes: 302 }, 'BAD_MANIFEST', /303 bytes; at most 302/],
])('a sound manifest is refused %s', (_, change, code, message) => {
  expect(() => openManifest(text, { ...expected, ...change })).toThrow(refused(code, message));
});

test.each(['2026-02-01', '2026-12-31'])('the first and the last day are among its days: %s', (today) => {
  expect(openManifest(text, { ...expected, today })).toBeTruthy();
});

const [config, weights, tokenizer] = FILES as [(typeof FILES)[0], (typeof FILES)[0], (typeof FILES)[0]];

/** With digests that agree with the files, so that nothing else is wrong. */
function withFiles(files: readonly object[]): object {
  const { model, tokenizer: ofTokenizer } = digestsOf(files as never);
  return { files, modelDigest: model, tokenizerDigest: ofTokenizer };
}

const named = (name: string): object => withFiles([config, weights, { ...tokenizer, name }, tokenizer]);

test.each([
  ['a path upwards', named('../tokenizer.json')],
  ['an absolute path', named('/etc/passwd')],
  ['a folder', named('sub/tokenizer.json')],
  ['a backslash', named('sub\\tokenizer.json')],
  ['a dot', named('.')],
  ['two dots', named('..')],
  ['a hidden file', named('.npmrc')],
  ['a device of Windows', named('nul.safetensors')],
  ['a stream of Windows', named('tokenizer.json:evil')],
  ['a NUL', named('tokenizer.json\0')],
  ['an empty name', named('')],
  ['code', named('modeling.py')],
  ['a pickle', named('pytorch_model.bin')],
  ['an ONNX model', named('model.onnx')],
  ['a name in capitals', named('Tokenizer.json')],
  ['a name of another script', named('tokenizer.jѕon')],
])('among the files, %s is refused', (_, change) => {
  const fault = /"files": "2": "name": not the name of a file of a student/;
  expect(() => openManifest(sealManifestWith(change), expected)).toThrow(refused('BAD_MANIFEST', fault));
});

test.each<[string, object, RegExp]>([
  ['a field more', { note: 'x' }, /note/],
  ['a field too few', { parameterCount: undefined }, /parameterCount/],
  ['another version', { version: 2 }, /version/],
  ['another type', { type: 'softpost-receipt' }, /type/],
  ['a version 0', { studentVersion: 0 }, /studentVersion/],
  ['a version beyond 32 bits', { studentVersion: 2 ** 31 }, /studentVersion/],
  ['an id with a path', { studentId: '../x' }, /studentId/],
  ['an id with a newline', { teacherId: 'x\n' }, /teacherId/],
  ['no files', withFiles([]), /config\.json is missing/],
  ['no config', withFiles([weights, tokenizer]), /config\.json is missing/],
  ['no tokenizer', withFiles([config, weights]), /tokenizer\.json is missing/],
  ['no weights', withFiles([config, tokenizer]), /neither model\.safetensors nor shards/],
  ['a file twice', withFiles([config, weights, weights, tokenizer]), /ascending order, each once/],
  ['a file twice with another digest', withFiles([config, { ...config, digest: weights.digest }]), /ascending order/],
  ['files in another order', withFiles([weights, config, tokenizer]), /ascending order/],
  [
    'shards beside the single file',
    withFiles([config, { ...weights, name: 'model-00001-of-00001.safetensors' }, weights, tokenizer]),
    /or both/,
  ],
  [
    'shards without an index',
    withFiles([config, { ...weights, name: 'model-00001-of-00001.safetensors' }, tokenizer]),
    /index\.json goes with shards/,
  ],
  ['an empty file', withFiles([config, { ...weights, sizeBytes: 0 }, tokenizer]), /sizeBytes/],
  ['a negative size', withFiles([config, { ...weights, sizeBytes: -1 }, tokenizer]), /sizeBytes/],
  ['half a byte', withFiles([config, { ...weights, sizeBytes: 0.5 }, tokenizer]), /sizeBytes/],
  ['a file above the limit', withFiles([config, { ...weights, sizeBytes: 2 ** 50 }, tokenizer]), /sizeBytes/],
  ['a config of a gigabyte', withFiles([{ ...config, sizeBytes: 2 ** 30 }, weights, tokenizer]), /without weights/],
  [
    'files that are too much together',
    withFiles([config, { ...weights, sizeBytes: MAX_STUDENT_BYTES }, tokenizer]),
    /more than \d+ bytes/,
  ],
  ['a short digest', withFiles([config, { ...weights, digest: 'sha256:00' }, tokenizer]), /digest/],
  ['a model digest of other files', { modelDigest: digestOf('x') }, /modelDigest.*not that of the files/],
  ['a tokenizer digest of other files', { tokenizerDigest: digestOf('x') }, /tokenizerDigest.*not that of/],
  ['an end before its beginning', { expiresDay: '2026-01-31' }, /expiresDay.*before issuedDay/],
  ['a time of day', { issuedDay: '2026-02-01T00:00:00Z' }, /issuedDay/],
  ['an agreement above 1', { distillation: { ...manifestBody().distillation, agreement: 1.01 } }, /agreement/],
  ['norms in the wrong order', { embeddingNorms: { low: 3, high: 2 } }, /embeddingNorms/],
  ['a model of no layers', { architecture: { ...manifestBody().architecture, layers: 0 } }, /layers/],
  ['another key id', { keyId: digestOf('x') }, /keyId/],
])('%s is refused', (_, change, message) => {
  expect(() => openManifest(sealManifestWith(change), expected)).toThrow(refused('BAD_MANIFEST', message));
});

test('the longest manifest can be sealed', () => {
  const shards = Array.from({ length: 252 }, (_, i) => `model-${String(i).padStart(5, '0')}-of-00252.safetensors`);
  const names = ['config.json', ...shards, 'model.safetensors.index.json', 'tokenizer.json', 'vocab.json'];
  const files = names.map((name) => ({ name, sizeBytes: 2 ** 27, digest: digestOf(name) }));
  expect(openManifest(sealManifest(manifestBody(files), providerKey), expected).files.length).toBe(256);
});
