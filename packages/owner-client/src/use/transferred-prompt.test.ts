/** @file What a provider may answer when an owner gets its prompt back. */

import { generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { digestOf } from '@softpost/shared/artifact/digest';
import { refusal } from '@softpost/shared/artifact/folder.fixture';
import type { ErrorCode } from '@softpost/shared/errors';
import { manifestBody } from '@softpost/shared/manifest/manifest.fixture';
import {
  ownerKey,
  PRIVATE_BODY,
  sealAltered,
  sealAnything,
  writeWithReceipt,
} from '@softpost/shared/receipt/receipt.fixture';
import { verifyReceipt } from '@softpost/shared/receipt/verify-receipt';
import { keyIdOf, publicKeyText } from '@softpost/shared/signature/public-key';
import { expect, test } from 'vitest';
import { rememberFetched } from '../fetch-student/fetched-as.ts';
import { asId } from '../ids.ts';
import { startPeer } from '../provider.fixture.ts';
import { DEFAULT_CHOICES } from '../release/default-choices.ts';
import { createSecret } from '@softpost/shared/signature/secret-file';
import { submit } from '../release/submit.ts';
import { TEACHER, transfers, type Transfers } from '../run/transfers.fixture.ts';
import { siteOf, writeConfig } from '../site.fixture.ts';
import type { Site } from '../site.ts';
import { getPrompt, retransfer } from './transferred-prompt.ts';

const quiet = { signal: new AbortController().signal, report: () => undefined, firstWaitMs: 1 };
const student = { ...manifestBody(), keyId: digestOf(''), publicKey: '' };
const promptId = asId('prompt', 'prompt-1');

interface Submitted extends Transfers {
  readonly site: Site;
  readonly out: string;
}

/** A site whose prompt was transferred. */
async function submitted(): Promise<Submitted> {
  const made = transfers();
  const config = await writeConfig(await startPeer(made.handlers));
  const at = (name: string): string => join(dirname(config), name);
  await createSecret(at('owner-key.pem'), String(ownerKey.export({ type: 'pkcs8', format: 'pem' })));
  const labels = ['good', 'bad'].map((name) => ({ name, words: [name] }));
  await writeFile(at('task.json'), JSON.stringify({ name: 'films', template: '{text} It was {mask}.', labels }));
  await writeWithReceipt(at('prompt'), { ...PRIVATE_BODY, studentDigest: student.modelDigest });
  const site = await siteOf({ address: '', ca: Buffer.of() }, config);
  rememberFetched(site, student);
  const options = { promptDir: at('prompt'), taskFile: at('task.json'), choices: DEFAULT_CHOICES, noDp: false };
  await submit(site, options, quiet);
  return { ...made, site, out: at('out') };
}

test('the prompt is written as a PEFT folder, with the receipt that was submitted', async () => {
  const { site, out, submitted: sent } = await submitted();
  const { prompt, receipt } = await getPrompt(site, promptId, out);
  expect(prompt).toMatchObject({ promptId, teacherId: TEACHER, verdict: 'better' });
  expect(receipt).toMatchObject({ mechanism: 'sampled-gaussian' });
  const names = ['adapter_config.json', 'adapter_model.safetensors', 'receipt.json', 'softpost.json'];
  expect((await readdir(out)).toSorted()).toEqual(names);
  expect(await readFile(join(out, 'receipt.json'), 'utf8')).toBe([...sent.values()][0]!.receipt);
  await expect(verifyReceipt({ promptDir: out })).resolves.toMatchObject({ covers: 'student-prompt' });
});

function edited(name: string, change: (json: Record<string, unknown>) => void) {
  return (files: Record<string, Buffer>): void => {
    const json = JSON.parse(files[name]!.toString()) as Record<string, unknown>;
    change(json);
    files[name] = Buffer.from(JSON.stringify(json));
  };
}

// Kills: code that PEFT loads because adapter_config.json says so.
test('keys of adapter_config.json that a prompt does not need do not get through', async () => {
  const { site, out, change } = await submitted();
  const evil = { base_model_class: 'X', parent_library: 'evil' };
  change(edited('adapter_config.json', (config) => (config['auto_mapping'] = evil)));
  await getPrompt(site, promptId, out);
  expect(await readFile(join(out, 'adapter_config.json'), 'utf8')).not.toContain('evil');
});

// Kills: a receipt of another prompt, of this owner or a stranger, under the teacher's prompt; a folder written before it is checked.
test.each<[string, ErrorCode, RegExp, (files: Record<string, Buffer>) => void]>([
  [
    'another receipt of this owner',
    'BAD_RECEIPT',
    /never submitted/,
    (files) => {
      const { promptDigest } = (JSON.parse(files['receipt.json']!.toString()) as { receipt: { promptDigest: string } })
        .receipt;
      const body = { ...PRIVATE_BODY, studentDigest: student.modelDigest };
      files['receipt.json'] = Buffer.from(sealAltered({ promptDigest, date: '2026-02-27' }, body));
    },
  ],
  [
    'a receipt with a smaller epsilon',
    'BAD_RECEIPT',
    /signature/,
    (files) => {
      const text = files['receipt.json']!.toString();
      files['receipt.json'] = Buffer.from(text.replace('"delta":0.000001', '"delta":0.00001'));
    },
  ],
  [
    'a receipt of a stranger',
    'BAD_RECEIPT',
    /another key/,
    (files) => {
      const key = generateKeyPairSync('ed25519').privateKey;
      const publicKey = publicKeyText(key);
      const { receipt } = JSON.parse(files['receipt.json']!.toString()) as { readonly receipt: object };
      files['receipt.json'] = Buffer.from(sealAnything({ ...receipt, publicKey, keyId: keyIdOf(publicKey) }, key));
    },
  ],
  ['no receipt', 'BAD_ANSWER', /receipt\.json is missing/, (files) => delete files['receipt.json']],
  [
    'another student prompt',
    'BAD_RECEIPT',
    /promptDigest/,
    edited('softpost.json', (card) => Object.assign(card['digests'] as object, { studentPrompt: digestOf('x') })),
  ],
  [
    'a claim of more privacy',
    'BAD_RECEIPT',
    /another privacy/,
    edited('softpost.json', (card) => Object.assign(card['privacy'] as object, { epsilon: 0.1 })),
  ],
  ['no card', 'BAD_ANSWER', /softpost\.json is missing/, (files) => delete files['softpost.json']],
  [
    'values that are not numbers',
    'NON_FINITE',
    /NaN/,
    (files) => files['adapter_model.safetensors']!.fill(0xff, files['adapter_model.safetensors']!.length - 4),
  ],
])('%s is refused, and nothing is written', async (_, code, message, edit) => {
  const { site, out, change } = await submitted();
  change(edit);
  await expect(getPrompt(site, promptId, out)).rejects.toMatchObject(refusal(code, message));
  expect(existsSync(out)).toBe(false);
});

// Kills: epsilon told of another prompt than the one that came.
test('the prompt of another submission is refused where one is meant', async () => {
  const { site, out, submitted: sent } = await submitted();
  const meant = digestOf([...sent.values()][0]!.receipt);
  const another = getPrompt(site, promptId, out, digestOf('another receipt'));
  await expect(another).rejects.toMatchObject(refusal('BAD_RECEIPT', /another prompt than was submitted/));
  expect(existsSync(out)).toBe(false);
  await expect(getPrompt(site, promptId, out, meant)).resolves.toMatchObject({ promptDir: out });
});

test('the student’s own prompt is no transferred one', async () => {
  const { site, out, change } = await submitted();
  const own = dirname(out);
  change((files) => {
    for (const name of Object.keys(files)) files[name] = readFileSync(join(own, 'prompt', name));
  });
  await expect(getPrompt(site, promptId, out)).rejects.toMatchObject(refusal('BAD_ANSWER', /no transferred prompt/));
});

test('a folder that is there is left alone, and nothing is asked for', async () => {
  const { site } = await submitted();
  const taken = join(dirname(site.config.keyFile), 'prompt');
  await expect(getPrompt(site, promptId, taken)).rejects.toMatchObject(refusal('FILE_EXISTS', /prompt/));
});

// Kills: a new idempotency key with every call.
test('a prompt is transferred to another teacher once, however often that is said', async () => {
  const { site, submitted: all } = await submitted();
  const teacher = asId('teacher', 'Teacher-70b');
  for (const jobId of ['job-2', 'job-2']) {
    expect(await retransfer(site, promptId, teacher, {}, quiet)).toMatchObject({ jobId });
  }
  expect(all.size).toBe(2);
});

// Kills: one that failed, or was refused, as the last word; a teacher taken for one whose name goes on.
test('it is transferred to that teacher once more if that is said, and from then on the newest is meant', async () => {
  const { site, submitted: all } = await submitted();
  const [teacher, longer] = [asId('teacher', 'Teacher-7'), asId('teacher', 'Teacher-70b')];
  const ids: string[] = [];
  for (const [to, options] of [
    [teacher, {}],
    [longer, {}],
    [teacher, {}],
    [teacher, { again: true }],
    [teacher, {}],
  ] as const)
    ids.push((await retransfer(site, promptId, to, options, quiet)).jobId);
  expect(ids).toEqual(['job-2', 'job-3', 'job-2', 'job-4', 'job-4']);
  expect(all.size).toBe(4);
});
