import { generateKeyPairSync } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { refusal, temporaryFolder } from '../artifact/folder.fixture.ts';
import { publicKeyText, readPublicKey } from './public-key.ts';
import { expect, test } from 'vitest';
import { createSigningKey, ensureSigningKey, publicHalf, readSigningKey } from './signing-key.ts';

test('a key is made in a file that its owner alone may read, and read again', async () => {
  const path = join(await temporaryFolder(), 'new/folder/key.pem');
  const key = await createSigningKey(path);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await readSigningKey(path)).equals(key)).toBe(true);
  expect(await readFile(path, 'utf8')).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
  expect(await readdir(join(path, '..'))).toEqual(['key.pem']);
});

test('the public half is what verify-receipt reads', async () => {
  const dir = await temporaryFolder();
  const key = await createSigningKey(join(dir, 'key.pem'));
  const { publicKeyPem, keyId } = publicHalf('key.pem', key);
  await writeFile(join(dir, 'public.pem'), publicKeyPem);
  expect(publicKeyText(await readPublicKey(join(dir, 'public.pem')))).toBe(publicKeyText(key));
  expect(keyId).toMatch(/^sha256:[0-9a-f]{64}$/);
});

// Kills: an old key lost, and with it the trust in what it signed.
test('a key is never replaced, nor is another file', async () => {
  const path = join(await temporaryFolder(), 'key.pem');
  await writeFile(path, 'mine');
  await expect(createSigningKey(path)).rejects.toMatchObject(refusal('FILE_EXISTS', /never replaced/));
  expect(await readFile(path, 'utf8')).toBe('mine');
});

test('runs that start at once end with one key, made once', async () => {
  const path = join(await temporaryFolder(), 'key.pem');
  const made: string[] = [];
  const keys = await Promise.all(
    Array.from({ length: 8 }, () => ensureSigningKey(path, ({ keyId }) => made.push(keyId))),
  );
  expect(new Set(keys.map(publicKeyText)).size).toBe(1);
  expect(made.length).toBe(1);
});

test('a folder that cannot be written is told', async () => {
  const dir = await temporaryFolder();
  await writeFile(join(dir, 'file'), '');
  await expect(createSigningKey(join(dir, 'file/key.pem'))).rejects.toMatchObject(refusal('CANNOT_WRITE', /key\.pem/));
});

test.each([0o640, 0o604, 0o660, 0o644])('a key with mode %o is refused', async (mode) => {
  const path = join(await temporaryFolder(), 'key.pem');
  await createSigningKey(path);
  await chmod(path, mode);
  await expect(readSigningKey(path)).rejects.toMatchObject(refusal('BAD_KEY', /read by others/));
});

const pem = { type: 'pkcs8', format: 'pem' } as const;
const sound = generateKeyPairSync('ed25519');

// Kills: a key of another algorithm, with which a receipt would be signed in another way.
test.each([
  ['an RSA key', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export(pem)],
  ['an elliptic-curve key', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export(pem)],
  ['an Ed448 key', generateKeyPairSync('ed448').privateKey.export(pem)],
  ['an X25519 key', generateKeyPairSync('x25519').privateKey.export(pem)],
  ['a key behind a password', sound.privateKey.export({ ...pem, cipher: 'aes-256-cbc', passphrase: 'secret' })],
  ['a public key', sound.publicKey.export({ type: 'spki', format: 'pem' })],
  ['half a key', String(sound.privateKey.export(pem)).slice(0, 60)],
  ['nothing', ''],
])('%s is refused', async (_, content) => {
  const path = join(await temporaryFolder(), 'key.pem');
  await writeFile(path, content, { mode: 0o600 });
  await expect(readSigningKey(path)).rejects.toMatchObject(refusal('BAD_KEY', /key\.pem/));
});

test('a huge file, a folder and nothing at all are refused', async () => {
  const dir = await temporaryFolder();
  const path = join(dir, 'key.pem');
  await expect(readSigningKey(path)).rejects.toMatchObject(refusal('FILE_NOT_FOUND', /key\.pem/));
  await writeFile(path, '', { mode: 0o600 });
  await truncate(path, 2 ** 40);
  await expect(readSigningKey(path)).rejects.toMatchObject(refusal('BAD_KEY', /at most/));
  await mkdir(join(dir, 'folder'));
  await expect(readSigningKey(join(dir, 'folder'))).rejects.toMatchObject(refusal('FILE_NOT_FOUND', /not a file/));
});
