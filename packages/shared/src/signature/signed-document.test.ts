/** @file One key signs documents of several kinds (signed-receipt.test.ts has the hostile texts of one). */
import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { refusal } from '../artifact/folder.fixture.ts';
import { signedDocument, signerFields } from './signed-document.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');

const order = signedDocument({
  name: 'order',
  source: 'order.json',
  schema: z.strictObject({ type: z.literal('test-order'), text: z.string(), ...signerFields }),
  maxLength: 1000,
  code: 'BAD_RECEIPT',
});
const offer = signedDocument({
  name: 'offer',
  source: 'offer.json',
  schema: z.strictObject({ type: z.literal('test-offer'), text: z.string(), ...signerFields }),
  maxLength: 1000,
  code: 'BAD_PROMPT',
});

// Kills: a kind told by the key of the envelope, which nobody signed.
test('a document of one kind is none of another, under whatever name', () => {
  const text = order.seal({ type: 'test-order', text: 'ten' }, privateKey);
  expect(order.open(text, publicKey)).toMatchObject({ text: 'ten' });
  expect(() => offer.open(text, publicKey)).toThrow(expect.objectContaining(refusal('BAD_PROMPT', /^offer\.json: /)));
  const renamed = text.replace('"order":', '"offer":');
  expect(() => offer.open(renamed, publicKey)).toThrow(expect.objectContaining(refusal('BAD_PROMPT', /"type"/)));
  const retyped = renamed.replace('test-order', 'test-offer');
  expect(() => offer.open(retyped, publicKey)).toThrow(expect.objectContaining(refusal('BAD_PROMPT', /signature/)));
});

test('what would be refused for its length is not sealed', () => {
  const long = { type: 'test-order', text: 'x'.repeat(1000) } as const;
  expect(() => order.seal(long, privateKey)).toThrow(
    expect.objectContaining(refusal('BAD_RECEIPT', /1000 characters/)),
  );
});

// Kills: a stranger's text in a message as it is, which a terminal obeys.
test('a message repeats nothing that steers a terminal, and ends', () => {
  const sound = JSON.parse(order.seal({ type: 'test-order', text: 'ten' }, privateKey)) as { order: object };
  const hostile = JSON.stringify({ ...sound, order: { ...sound.order, [`\u001b[2J\u202e${'x'.repeat(500)}`]: 1 } });
  let message = '';
  try {
    order.open(hostile, publicKey);
  } catch (error) {
    ({ message } = error as Error);
  }
  expect(message).toMatch(/^order\.json: .*Unrecognized key/);
  expect(message).not.toMatch(/\p{C}/u);
  expect(message.length).toBeLessThan(300);
});
