import { readFile, rm, writeFile } from 'node:fs/promises';
import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { refusal, temporaryFolder } from '@softpost/shared/artifact/folder.fixture';
import {
  BEST_OF_BODY,
  OPEN_BODY,
  ownerKey,
  PRIVATE_BODY,
  writeWithReceipt,
} from '@softpost/shared/receipt/receipt.fixture';
import { openReceipt } from '@softpost/shared/receipt/signed-receipt';
import { expect, test } from 'vitest';
import { sealPrompt, type SealOptions } from './sealed-prompt.ts';

async function seal(
  prepare: (dir: string) => Promise<void>,
  options: Partial<SealOptions> = {},
): ReturnType<typeof sealPrompt> {
  const promptDir = join(await temporaryFolder(), 'prompt');
  await prepare(promptDir);
  return sealPrompt({ promptDir, key: ownerKey, noDp: false, ...options });
}

test('what is sealed is the prompt file and its receipt, byte for byte, and nothing else', async () => {
  const promptDir = join(await temporaryFolder(), 'prompt');
  await writeWithReceipt(promptDir);
  const sealed = await sealPrompt({ promptDir, key: ownerKey, noDp: false });
  expect(sealed.weights).toEqual(await readFile(join(promptDir, 'adapter_model.safetensors')));
  expect(sealed.receipt).toBe(await readFile(join(promptDir, 'receipt.json'), 'utf8'));
  expect(Object.keys(sealed)).toEqual(['weights', 'receipt']);
});

// Kills: secure:false accepted for release.
test('a prompt from seeded noise is refused', async () => {
  const seeded = { secure: false, noise: 'insecure-test', rng: 'seeded' };
  await expect(seal((dir) => writeWithReceipt(dir, PRIVATE_BODY, seeded))).rejects.toMatchObject(
    refusal('BAD_RECEIPT', /secure is false/),
  );
});

// Kills: a prompt released that is not the one its receipt is about.
test('an altered prompt is refused', async () => {
  const altered = seal(async (dir) => {
    await writeWithReceipt(dir);
    const path = join(dir, 'adapter_model.safetensors');
    const bytes = await readFile(path);
    bytes[bytes.length - 4]! ^= 1;
    await writeFile(path, bytes);
  });
  await expect(altered).rejects.toMatchObject(refusal('BAD_RECEIPT', /promptDigest/));
});

test('a missing receipt is refused', async () => {
  const missing = seal(async (dir) => {
    await writeWithReceipt(dir);
    await rm(join(dir, 'receipt.json'));
  });
  await expect(missing).rejects.toMatchObject(refusal('BAD_RECEIPT', /has none/));
});

test('a receipt that is not the owner’s is refused', async () => {
  const key = generateKeyPairSync('ed25519').privateKey;
  await expect(seal(writeWithReceipt, { key })).rejects.toMatchObject(refusal('BAD_RECEIPT', /another key/));
});

// Kills: a prompt without privacy that leaves the site because nobody asked.
test('a prompt without privacy is sealed only if that is said again', async () => {
  const open = (dir: string): Promise<void> => writeWithReceipt(dir, OPEN_BODY);
  await expect(seal(open)).rejects.toMatchObject(refusal('NOT_RELEASABLE', /--no-dp/));
  expect(openReceipt((await seal(open, { noDp: true })).receipt)).toMatchObject({ mechanism: 'none' });
  await expect(seal(writeWithReceipt, { noDp: true })).rejects.toMatchObject(refusal('BAD_OPTION', /--no-dp/));
});

// Kills: a receipt that tells K to whoever gets the best of K prompts.
test('the best of several runs does not leave: the ledger in its receipt tells how many there were', async () => {
  await expect(seal((dir) => writeWithReceipt(dir, BEST_OF_BODY))).rejects.toMatchObject(
    refusal('TRIALS_NOT_SECRET', /number is secret/),
  );
});
