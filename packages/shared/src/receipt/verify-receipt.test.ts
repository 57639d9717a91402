/** @file Prompt folders whose receipt an owner, or somebody on the way, has altered. */
import { generateKeyPairSync } from 'node:crypto';
import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { digestOf } from '../artifact/digest.ts';
import { refusal, temporaryFolder } from '../artifact/folder.fixture.ts';
import type { PrivacyStatement, PromptCard } from '../artifact/prompt-card.ts';
import { promptDigest, readPromptFolder } from '../artifact/prompt-folder.ts';
import {
  BANDED_BODY,
  editCard,
  OPEN_BODY,
  ownerKey,
  PRIVATE_BODY,
  sealAnything,
  writeWithReceipt,
} from './receipt.fixture.ts';
import type { ReceiptBody } from './receipt.ts';
import { keyIdOf, publicKeyText } from '../signature/public-key.ts';
import { recomputedEpsilon } from './stated-epsilon.ts';
import { statementOf, verifyReceipt } from './verify-receipt.ts';

async function folderWith(change: object = {}, body: ReceiptBody = PRIVATE_BODY): Promise<string> {
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
const ownerName = publicKeyText(ownerKey);
const named = { publicKey: ownerName, keyId: keyIdOf(ownerName) };

// Kills: a verifier that does not recompute, or compares one figure alone, or lets small differences pass. Each is signed by the owner.
test.each([
  ['less noise', { noiseMultiplier: 1.49 }],
  ['a larger q', { samplingRate: '65/4096', denominator: 65 }],
  ['q from the number of records', { samplingRate: '64/4095' }],
  ['one step more', { steps: 21, ledger: { ...PRIVATE_BODY.ledger, drawn: 21 } }],
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

test('a receipt of a run with bands holds, and so does its card', async () => {
  const promptDir = await folderWith({}, BANDED_BODY);
  const { receipt } = await verifyReceipt({ promptDir });
  expect(receipt).toMatchObject({ mechanism: 'banded-gaussian', coefficients: [0.8, 0.6] });
  expect((await readPromptFolder(promptDir)).card!.privacy).toMatchObject({ bands: 2, samplingRate: 128 / 4096 });
});

const { epsilon: sampled } = PRIVATE_BODY;

// Kills: a verifier that believes the coefficients (longer columns are a larger sensitivity under the same noise), that takes the steps for the turns
// of one group without its rate, or that computes epsilon as if there were no bands. Each is signed by the owner.
test.each([
  ['longer columns', /coefficients.*must have norm 1/, { coefficients: [1.6, 1.2] }],
  ['columns a little longer', /coefficients.*must have norm 1/, { coefficients: [0.8, 0.6001] }],
  ['no first coefficient', /coefficients.*must have norm 1/, { coefficients: [0, 1] }],
  ['one band', /coefficients/, { coefficients: [1] }],
  ['17 bands', /coefficients/, { coefficients: Array<number>(17).fill(1 / Math.sqrt(17)) }],
  ['no coefficients', /coefficients/, { coefficients: undefined }],
  ['more bands than steps', /coefficients.*are more than/, { steps: 1 }],
  [
    'more bands at the same rate',
    /samplingRate.*is not that of one of the groups/,
    { coefficients: [0.6, 0.64, 0.48] },
  ],
  ['the rate of all records', /samplingRate.*is not that of one of the groups/, { samplingRate: '64/4096' }],
  [
    'exact noise',
    /noise/,
    { noise: 'exact', accountant: { ...BANDED_BODY.accountant, bounds: 'rdp of integer orders' } },
  ],
  ['the sampler of DP-SGD', /sampler/, { sampler: 'poisson' }],
  ['the epsilon of DP-SGD', /epsilon is .* but its numbers give/, { epsilon: sampled }],
  ['half the noise', /epsilon is .* but its numbers give/, { noiseMultiplier: BANDED_BODY.noiseMultiplier / 2 }],
  [
    'steps of one turn more',
    /epsilon is .* but its numbers give/,
    { steps: 21, ledger: { ...PRIVATE_BODY.ledger, drawn: 21 } },
  ],
  ['another mechanism', /Unrecognized key/i, { mechanism: 'sampled-gaussian', sampler: 'poisson' }],
])('a receipt of a run with bands that claims %s is refused', async (_, fault, change) => {
  const promptDir = await folderWith(change, BANDED_BODY);
  await expect(verifyReceipt({ promptDir })).rejects.toMatchObject(refusal('BAD_RECEIPT', fault));
});

test('a card that leaves the bands out tells another story', async () => {
  const promptDir = await folderWith({}, BANDED_BODY);
  const { card } = await readPromptFolder(promptDir);
  const privacy = Object.fromEntries(Object.entries(card!.privacy).filter(([name]) => name !== 'bands'));
  await editCard(promptDir, { privacy: privacy as PrivacyStatement });
  await expect(verifyReceipt({ promptDir })).rejects.toMatchObject(refusal('BAD_RECEIPT', /another privacy/));
});

test('numbers that give no epsilon at all are refused', async () => {
  const promptDir = await folderWith({ noiseMultiplier: Number.MIN_VALUE });
  await expect(verifyReceipt({ promptDir })).rejects.toMatchObject(refusal('BAD_RECEIPT', /no epsilon/));
});

const { ledger } = PRIVATE_BODY;

// Kills: a claim that a plan here would refuse, or that contradicts itself, taken because its arithmetic is right.
test.each([
  ['a sampling rate above 1', /above 1/, { samplingRate: '5000/4096', denominator: 5000 }],
  ['a delta at which a whole record may be published', /below 1 . public size/, { delta: 1 / 4096 }],
  ['another denominator than the lot size', /not the lot size/, { denominator: 65 }],
  ['steps that were never drawn', /never drawn/, { ledger: { ...ledger, drawn: 19 } }],
  ['a ledger that counts less than this run', /this run alone/, { ledger: { ...ledger, cumulativeEpsilon: 1e-3 } }],
])('%s is refused', async (_, fault, change) => {
  const promptDir = await folderWith(change);
  await expect(verifyReceipt({ promptDir })).rejects.toMatchObject(refusal('BAD_RECEIPT', fault));
});

// Kills: draws that an interruption lost, left out of the receipt.
test('steps that were drawn again are told, with the epsilon of all draws', async () => {
  expect(await verifyReceipt({ promptDir: await folderWith() })).toMatchObject({ epsilonOfAllDraws: null });
  const repeated = await verifyReceipt({ promptDir: await folderWith({ ledger: { ...ledger, drawn: 40 } }) });
  const [once, all] = [20, 40].map((steps) => recomputedEpsilon({ ...PRIVATE_BODY, ...named, steps }).enforced);
  expect([epsilon.enforced, repeated.epsilonOfAllDraws]).toEqual([once, all]);
  expect(all).toBeGreaterThan(once!);
  // With bands, a lost draw may have been the turn of any group, so each is a whole step.
  const banded = await verifyReceipt({
    promptDir: await folderWith({ ledger: { ...ledger, drawn: 22 } }, BANDED_BODY),
  });
  const perGroup = recomputedEpsilon({ ...BANDED_BODY, ...named, steps: 22 });
  expect(banded.epsilonOfAllDraws).toBeGreaterThan(perGroup.enforced);
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
  const another = await folderWith();
  await editCard(another, { privacy: { ...statementOf(receipt), unit: 'user' } as PromptCard['privacy'] });
  await expect(verifyReceipt({ promptDir: another })).rejects.toMatchObject(refusal('BAD_RECEIPT', /another privacy/));
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
