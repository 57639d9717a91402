/** @file Receipts as bytes that a stranger wrote. */
import { createHmac, generateKeyPairSync, sign, verify } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { refusal } from '../artifact/folder.fixture.ts';
import { isSoftpostError } from '../errors.ts';
import { canonicalJson } from '../signature/canonical-json.ts';
import { OPEN_BODY, ownerKey, PRIVATE_BODY, sealAltered, sealAnything } from './receipt.fixture.ts';
import type { ReceiptBody } from './receipt.ts';
import { MAX_RECEIPT_BYTES, openReceipt, sealReceipt } from './signed-receipt.ts';

const full: ReceiptBody = {
  ...PRIVATE_BODY,
  selection: { procedure: 'best-of', trials: { kind: 'truncated-negative-binomial', eta: 1, gamma: 0.1 } },
  ledger: { ...PRIVATE_BODY.ledger, sequence: 3, runsWithoutPrivacy: 1 },
  dataset: `hmac-sha256:${'4'.repeat(64)}`,
};
const text = sealReceipt(full, ownerKey);
const bad = (message: RegExp): object => expect.objectContaining(refusal('BAD_RECEIPT', message)) as object;

/** The paths of all leaves of a JSON value. */
function leaves(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, member]) => leaves(member, [...path, key]));
}

function changedAt(value: unknown, [key, ...rest]: readonly string[], change: (leaf: unknown) => unknown): unknown {
  if (key === undefined) return change(value);
  const object = value as Readonly<Record<string, unknown>>;
  return { ...object, [key]: changedAt(object[key], rest, change) };
}

/** Another value that the schema would take in its place, where there is one. */
function another(leaf: unknown): unknown {
  if (typeof leaf === 'number') return leaf * 2;
  if (typeof leaf === 'boolean') return !leaf;
  const last = String(leaf).at(-1)!;
  return `${String(leaf).slice(0, -1)}${last === '0' ? '1' : '0'}`;
}

test.each([full, PRIVATE_BODY, OPEN_BODY])('what was sealed is opened', (body) => {
  expect(openReceipt(sealReceipt(body, ownerKey))).toMatchObject(body);
});

test('the signature can be checked by hand, over the text between "receipt": and ,"signature":', () => {
  const [, receipt, signature] = /^\{"receipt":(\{.*\}),"signature":"([\w-]+)"\}$/.exec(text)!;
  expect(verify(null, Buffer.from(receipt!), ownerKey, Buffer.from(signature!, 'base64url'))).toBe(true);
});

// Kills: a field left out of the signed bytes.
test('whatever leaf is changed, it is refused', () => {
  const value: unknown = JSON.parse(text);
  const paths = leaves(value);
  expect(paths.length).toBeGreaterThan(35);
  for (const path of paths) {
    const altered = canonicalJson(changedAt(value, path, another));
    expect(() => openReceipt(altered), path.join('.')).toThrow(bad(/./));
    expect(() => openReceipt(altered, ownerKey), path.join('.')).toThrow(bad(/./));
  }
});

// Kills: a signature over other bytes, such as over what JSON.stringify writes.
test.each([
  [
    'in the order of insertion',
    (receipt: object) => JSON.stringify(Object.fromEntries(Object.entries(receipt).toReversed())),
  ],
  ['of the whole envelope', (receipt: object) => canonicalJson({ receipt })],
  ['with a final newline', (receipt: object) => `${canonicalJson(receipt)}\n`],
  ['of nothing', () => ''],
])('a signature over the bytes %s is refused', (_, bytes) => {
  const receipt = openReceipt(text);
  const signature = sign(null, Buffer.from(bytes(receipt)), ownerKey).toString('base64url');
  expect(() => openReceipt(canonicalJson({ receipt, signature }))).toThrow(bad(/signature is wrong/));
});

test('other algorithms than Ed25519 are refused', () => {
  const receipt = openReceipt(text);
  const message = Buffer.from(canonicalJson(receipt));
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const signatures = [
    sign('sha256', message, rsa),
    sign('sha256', message, { key: ec, dsaEncoding: 'ieee-p1363' }),
    // The public key as the secret of an HMAC: the classic confusion.
    createHmac('sha512', Buffer.from(receipt.publicKey, 'base64url')).update(message).digest(),
    Buffer.alloc(64),
  ];
  for (const signature of signatures) {
    expect(() => openReceipt(canonicalJson({ receipt, signature: signature.toString('base64url') }))).toThrow(
      bad(/signature/),
    );
  }
});

test('one signature has one spelling', () => {
  const spare = text.replace(/(.)"\}$/, (_, last: string) => `${String.fromCharCode(last.charCodeAt(0) + 1)}"}`);
  expect(() => openReceipt(spare)).toThrow(bad(/signature/));
});

test.each([
  ['white space', text.replace(':', ': ')],
  ['data behind the end', `${text}\n`],
  ['a second document', `${text}${text}`],
  ['a byte order mark', `\uFEFF${text}`],
  ['a key that comes twice', text.replace('"steps":20', '"steps":20,"steps":20')],
  ['a key that comes twice with another value', text.replace('"steps":20', '"steps":1,"steps":20')],
  ['keys in another order', text.replace(/"secure":true,(.*)"steps":20/, '"steps":20,$1"secure":true')],
  ['an escape that need not be', text.replace('"poisson"', String.raw`"p\u006fisson"`)],
  ['a number with a zero behind', text.replace('"noiseMultiplier":1.5', '"noiseMultiplier":1.50')],
  ['a number beyond float64', text.replace('"noiseMultiplier":1.5', '"noiseMultiplier":1e400')],
  ['negative zero', text.replace(/"sequence":3/, '"sequence":-0')],
  ['an empty text', ''],
  ['null', 'null'],
  ['an array', `[${text}]`],
  ['100,000 open brackets', '['.repeat(100_000)],
  ['8,000 nested arrays', `${'['.repeat(8000)}${']'.repeat(8000)}`],
  ['8,000 nested arrays in a field', text.replace('"poisson"', `${'['.repeat(7000)}${']'.repeat(7000)}`)],
  ['a megabyte', text.replace('"poisson"', `"${'x'.repeat(1 << 20)}"`)],
  ['a prototype', text.replace('{"receipt"', '{"__proto__":{"receipt":1},"receipt"')],
  ['a field for the number of records', sealAltered({ size: 20 })],
  ['a field too few', sealAltered({ denominator: undefined })],
  ['another version', sealAltered({ version: 2 })],
  ['another type', sealAltered({ type: 'softpost-manifest' })],
  ['another adjacency', sealAltered({ adjacency: 'replace-one' })],
  ['another mechanism', sealAltered({ mechanism: 'laplace' })],
  ['epsilon without a mechanism', sealAltered({ epsilon: 8 }, OPEN_BODY)],
  ['another accountant', sealAltered({ accountant: { name: 'clt', version: 1 } })],
  ['a time of day', sealAltered({ date: '2026-02-28T12:00:00Z' })],
  ['a day that does not exist', sealAltered({ date: '2026-02-30' })],
  ['half a step', sealAltered({ steps: 1.5 })],
  ['q as a number', sealAltered({ samplingRate: 0.015625 })],
  ['q with zeros before', sealAltered({ samplingRate: '064/4096' })],
  ['q over 0', sealAltered({ samplingRate: '64/0' })],
  ['delta 1', sealAltered({ delta: 1 })],
  ['a negative sigma', sealAltered({ noiseMultiplier: -1.5 })],
  ['a plain hash of the data', sealAltered({ dataset: PRIVATE_BODY.studentDigest })],
  ['another key id', sealAltered({ keyId: PRIVATE_BODY.studentDigest })],
  ['a key of 31 bytes', sealAltered({ publicKey: 'A'.repeat(42) })],
  ['no receipt', canonicalJson({ signature: 'A'.repeat(86) })],
  [
    'a signature of another receipt',
    canonicalJson({ ...(JSON.parse(sealAnything({})) as object), receipt: openReceipt(text) }),
  ],
])('%s is refused', (_, hostile) => {
  expect(() => openReceipt(hostile)).toThrow(bad(/^receipt\.json: |no canonical JSON form/));
});

test('a receipt of the wrong form is not sealed', () => {
  expect(() => sealReceipt({ ...PRIVATE_BODY, steps: 0.5 }, ownerKey)).toThrow(bad(/steps/));
});

// Kills: a fault of softpost, or an endless loop, for bytes that nobody foresaw.
test('5,000 mutations of a receipt are each refused with a typed error', () => {
  const pieces = fc.constantFrom(
    '"',
    '{',
    '}',
    '[',
    ',',
    ':',
    '\\',
    '\\u0000',
    '1e400',
    '-0',
    'null',
    '\ud800',
    '\0',
    'é',
    '9',
    'A',
  );
  const mutations = fc.tuple(fc.nat(text.length - 1), fc.nat(8), fc.oneof(pieces, fc.string({ maxLength: 8 })));
  fc.assert(
    fc.property(mutations, ([at, length, piece]) => {
      const mutated = text.slice(0, at) + piece + text.slice(at + length);
      if (mutated === text) return;
      try {
        openReceipt(mutated);
      } catch (error) {
        expect(isSoftpostError(error) && error.code).toBe('BAD_RECEIPT');
        return;
      }
      expect.unreachable(`opened ${mutated}`);
    }),
    { numRuns: 5000, seed: 3 },
  );
});

test('any JSON at all is refused with a typed error', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), (json) => {
      expect(() => openReceipt(json)).toThrow(bad(/./));
      expect(() => openReceipt(`{"receipt":${json},"signature":"${'A'.repeat(86)}"}`)).toThrow(bad(/./));
    }),
    { numRuns: 1000, seed: 4 },
  );
});

test('the limit leaves room for the longest receipt', () => {
  expect(text.length).toBeLessThan(MAX_RECEIPT_BYTES / 4);
});
