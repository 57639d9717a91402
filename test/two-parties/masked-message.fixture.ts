/** @file For tests: what an owner sent, without what is random in it by design. What is left must be the same for neighbouring data sets. */

import type { Received } from '@softpost/owner-client/provider.fixture';
import { methodAt, type Method } from '@softpost/shared/rpc/definitions';
import type { MethodPath } from '@softpost/shared/rpc/methods';

/** The list of docs/owner.md: all that may differ. Ids of jobs and prompts are the provider's; the rest is random, or made of noise and what is random. */
const RANDOM_IN_RECEIPT = [
  'publicKey',
  'keyId',
  'promptDigest',
  'dataset',
  'ledger.previousHash',
  'ledger.headHash',
  'signature',
];
const RANDOM_IN_ENVELOPE = ['publicKey', 'keyId', 'promptDigest', 'receiptDigest', 'nonce', 'signature'];
const RANDOM = ['idempotencyKey', 'jobId', 'promptId'];

export interface MaskedMessage {
  readonly path: string;
  /** Of the whole message, as it was sent. */
  readonly bytes: number;
  readonly headers: object;
  readonly content: object;
}

export function maskedMessage({ path, bytes, headers }: Received): MaskedMessage {
  const method: Method = methodAt(path as MethodPath);
  const content = { ...(method.requestDeserialize(bytes) as Record<string, unknown>) };
  for (const name of RANDOM) if (name in content) content[name] = lengthOf(content[name]);
  if (Buffer.isBuffer(content['prompt'])) content['prompt'] = withoutValues(content['prompt']);
  const signed = { receipt: RANDOM_IN_RECEIPT, signedEnvelope: RANDOM_IN_ENVELOPE };
  for (const [name, random] of Object.entries(signed))
    if (typeof content[name] === 'string') content[name] = maskedDocument(content[name], random);
  // Less the time that connecting took, and the API key of the site.
  const same = { ...headers, 'grpc-timeout': undefined, authorization: lengthOf(headers['authorization']) };
  return { path, bytes: bytes.byteLength, headers: same, content };
}

/** The header of safetensors and the number of bytes after it. */
function withoutValues(file: Buffer): object {
  const end = 8 + Number(file.readBigUInt64LE(0));
  return { header: file.toString('utf8', 8, end), valueBytes: file.byteLength - end };
}

/** The text with every random value replaced by as many dots, whatever else is in it. */
function maskedDocument(text: string, random: readonly string[]): string {
  const document = JSON.parse(text) as Record<string, unknown>;
  let masked = text;
  for (const name of random) {
    const value = find(document, name.split('.'));
    if (typeof value !== 'string' || value === '') throw new Error(`there is no ${name} in ${text}`);
    masked = masked.replaceAll(value, '.'.repeat(value.length));
  }
  return masked;
}

/** The value at a path anywhere in the document. */
function find(value: unknown, [first, ...rest]: readonly string[]): unknown {
  if (typeof value !== 'object' || value === null || first === undefined) return undefined;
  const own = (value as Record<string, unknown>)[first];
  if (own !== undefined) return rest.length === 0 ? own : find(own, rest);
  return Object.values(value)
    .map((inner) => find(inner, [first, ...rest]))
    .find((found) => found !== undefined);
}

function lengthOf(value: unknown): string {
  return `${String(value).length} characters`;
}
