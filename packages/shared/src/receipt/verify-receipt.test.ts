/** @file Prompt folders whose receipt an owner, or somebody on the way, has altered. */
import { generateKeyPairSync } from 'node:crypto';
import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { digestOf } from '../artifact/digest.ts';
import { refusal, temporaryFolder } from '../artifact/folder.fixture.ts';
import { promptDigest } from '../artifact/prompt-folder.ts';
import { editCard, OPEN_BODY, ownerKey, PRIVATE_BODY, sealAnything, writeWithReceipt } from './receipt.fixture.ts';
import type { PrivateReceipt, ReceiptBody } from './receipt.ts';
import { keyIdOf, publicKeyText } from '../signature/public-key.ts';
import { verifyReceipt } from './verify-receipt.ts';

async function folderWith(
  change: Partial<Record<keyof PrivateReceipt, unknown>> = {},
  body: ReceiptBody = PRIVATE_BODY,
): Promise<string> {
  const promptDir = join(await temporaryFolder(), 'prompt');
  await writeWithReceipt(promptDir, body, change);
  return promptDir;
}

test('a sound receipt holds, and says what it does not prove', async () => {
  const promptDir = await folderWith();
  const verdict = await verifyReceipt({ promptDir });
  expect(verdict).toMatchObject({ verified: true, covers: 'prompt', keyPinned: false });
  expect(verdict.limits).toContain('neither proves that the training was run so');
  expect(verdict.receipt).toEqual({
    ...PRIVATE_BODY,
    promptDigest: await promptDigest(promptDir),
    publicKey: publicKeyText(ownerKey),
    keyId: keyIdOf(publicKeyText(ownerKey)),
  });
  expect(await verifyReceipt({ promptDir, publicKey: ownerKey })).toMatchObject({ keyPinned: true });
});

test('a receipt of a run without privacy holds, and claims none', async () => {
  const promptDir = await folderWith({}, OPEN_BODY);
  expect((await verifyReceipt({ promptDir })).receipt).toMatchObject({ mechanism: 'none', epsilon: null });
});

const { epsilon } = PRIVATE_BODY;

// Kills: a verifier that does not recompute, or compares one figure alone, or lets small differences pass. Each is signed by the owner.
test.each([
  ['less noise', { noiseMultiplier: 1.49 }],
  ['a larger q', { samplingRate: '65/4096' }],
  ['q from the number of records', { samplingRate: '64/4095' }],
  ['one step more', { steps: 21 }],
  ['a smaller delta', { delta: 9e-7 }],
  ['a smaller epsilon', { epsilon: { ...epsilon, enforced: epsilon.enforced - 1e-6 } }],
  ['a larger epsilon', { epsilon: { ...epsilon, enforced: epsilon.enforced + 1e-6 } }],
  ['another epsilon for adding', { epsilon: { ...epsilon, pld: { ...epsilon.pld, add: 0 } } }],
  ['no epsilon for removing', { epsilon: { ...epsilon, pld: { ...epsilon.pld, remove: null } } }],
  ['another RDP order', { epsilon: { ...epsilon, rdp: { ...epsilon.rdp, order: 2 } } }],
  ['a choice among runs', { selection: { procedure: 'best-of', trials: { kind: 'poisson', mean: 10 } } }],
])('%s than epsilon was computed from is refused', async (_, change) => {
  const promptDir = await folderWith(change);
  const fault = refusal('BAD_RECEIPT', /epsilon is .* but its numbers give/);
  await expect(verifyReceipt({ promptDir })).rejects.toMatchObject(fault);
});

test('numbers that give no epsilon at all are refused', async () => {
  const promptDir = await folderWith({ noiseMultiplier: Number.MIN_VALUE });
  await expect(verifyReceipt({ promptDir })).rejects.toMatchObject(refusal('BAD_RECEIPT', /no epsilon/));
});

test('a sampling rate above 1 is refused', async () => {
  const promptDir = await folderWith({ samplingRate: '5000/4096' });
  await expect(verifyReceipt({ promptDir })).rejects.toMatchObject(refusal('BAD_PRIVACY_PARAMETER', /sampling rate/));
});

// Kills: secure:false accepted.
test('noise that somebody can repeat is refused', async () => {
  const promptDir = await folderWith({ secure: false, noise: 'insecure-test', rng: 'seeded' });
  await expect(verifyReceipt({ promptDir })).rejects.toMatchObject(refusal('BAD_RECEIPT', /secure is false/));
});

test.each([{ noise: 'insecure-test' }, { rng: 'seeded' }, { secure: false }])(
  'a receipt that contradicts itself is refused: %j',
  async (change) => {
    const promptDir = await folderWith(change);
    await expect(verifyReceipt({ promptDir })).rejects.toMatchObject(refusal('BAD_RECEIPT', /noise and rng/));
  },
);

// Kills: digest not compared.
test('another prompt than the receipt names is refused', async () => {
  const promptDir = await folderWith();
  const path = join(promptDir, 'adapter_model.safetensors');
  const bytes = await readFile(path);
  bytes[bytes.length - 4]! ^= 1;
  await writeFile(path, bytes);
  await expect(verifyReceipt({ promptDir })).rejects.toMatchObject(refusal('BAD_RECEIPT', /promptDigest/));
});

// Kills: the key taken from the receipt although one is pinned.
test('a receipt signed with another key than the one given is refused', async () => {
  const promptDir = await folderWith();
  const { publicKey } = generateKeyPairSync('ed25519');
  const fault = refusal('BAD_RECEIPT', /another key/);
  await expect(verifyReceipt({ promptDir, publicKey })).rejects.toMatchObject(fault);
});

test('a missing receipt, a huge one and one that is no text are refused', async () => {
  const promptDir = await folderWith();
  const path = join(promptDir, 'receipt.json');
  await writeFile(path, Buffer.from([0xff, 0xfe]));
  await expect(verifyReceipt({ promptDir })).rejects.toMatchObject(refusal('BAD_RECEIPT', /UTF-8/));
  await truncate(path, 2 ** 40);
  await expect(verifyReceipt({ promptDir })).rejects.toMatchObject(refusal('BAD_RECEIPT', /at most 16384/));
  await rm(path);
  await expect(verifyReceipt({ promptDir })).rejects.toMatchObject(refusal('BAD_RECEIPT', /has none/));
});

test('softpost.json must tell the same story', async () => {
  const lower = await folderWith();
  const { receipt } = await verifyReceipt({ promptDir: lower });
  await editCard(lower, { privacy: { dp: false } });
  await expect(verifyReceipt({ promptDir: lower })).rejects.toMatchObject(refusal('BAD_RECEIPT', /another privacy/));
  const student = await folderWith();
  await editCard(student, { digests: { student: digestOf('another'), tokenizer: receipt.studentDigest } });
  await expect(verifyReceipt({ promptDir: student })).rejects.toMatchObject(refusal('BAD_RECEIPT', /another student/));
});

test('of a transferred prompt, the receipt is that of the student prompt named in softpost.json', async () => {
  const promptDir = await folderWith();
  const { receipt } = await verifyReceipt({ promptDir });
  const digests = { student: receipt.studentDigest, teacher: digestOf('teacher'), tokenizer: digestOf('tokenizer') };
  const transferred = { step: 'transfer', belongsTo: 'teacher' } as const;
  await editCard(promptDir, { ...transferred, digests: { ...digests, studentPrompt: receipt.promptDigest } });
  expect(await verifyReceipt({ promptDir })).toMatchObject({ covers: 'student-prompt' });
  await editCard(promptDir, { ...transferred, digests: { ...digests, studentPrompt: digestOf('another prompt') } });
  await expect(verifyReceipt({ promptDir })).rejects.toMatchObject(refusal('BAD_RECEIPT', /promptDigest/));
  await editCard(promptDir, { ...transferred, digests });
  await expect(verifyReceipt({ promptDir })).rejects.toMatchObject(refusal('BAD_RECEIPT', /promptDigest/));
});

test('a receipt in the style of JWS, which names its own algorithm, is refused', async () => {
  const promptDir = await folderWith();
  const { receipt } = await verifyReceipt({ promptDir });
  await writeFile(join(promptDir, 'receipt.json'), sealAnything({ ...receipt, alg: 'none' }));
  await expect(verifyReceipt({ promptDir })).rejects.toMatchObject(refusal('BAD_RECEIPT', /alg/));
});
