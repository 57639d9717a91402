/**
 * @file A whole provider, asked for what no honest client asks for: every method, by who may call it, with fields from the ends of
 * their types, and damaged. Each call ends with an answer or a refusal that says why, none with a fault of ours.
 * More calls: SOFTPOST_HOSTILE_ROUNDS=1000 (of each method).
 */

import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { openChannel, type Channel } from '@softpost/shared/rpc/channel';
import { encodeRequest, methodAt, methodPaths, packageDefinition } from '@softpost/shared/rpc/definitions';
import type { AnswerOf, MethodPath, RequestOf } from '@softpost/shared/rpc/methods';
import { seededRandom } from '@softpost/shared/seeded-random';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from './config.ts';
import { createLog } from './log.ts';
import { startProvider, type Provider } from './provider.ts';
import { rawCall } from './rpc/raw-call.fixture.ts';
import { createServerFolder } from './tls/tls-folder.ts';

const ROUNDS = Number(process.env['SOFTPOST_HOSTILE_ROUNDS'] ?? 40);
const FAULTS = [status.INTERNAL, status.UNKNOWN, status.DATA_LOSS, status.DEADLINE_EXCEEDED];
const CONFIG = `
dataDir: data
grpc: { port: 0 }
http: { port: 0 }
teachers: { none: nowhere }
datasets: { texts: { file: texts.txt, licence: none } }
serving: { generate: false }
work: { concurrency: 0 }
`;

const uuid = randomUUID();
/** A job that has ended is put in too. */
const TEXTS = [
  '',
  'a',
  uuid,
  uuid.toUpperCase(),
  `${uuid} `,
  `1.${uuid}`,
  `9999999999999999999.${uuid}`,
  `1.${'-'.repeat(36)}`,
  'texts',
  '__proto__',
  'constructor',
  '../../etc/passwd',
  '/dev/zero',
  'a\0b',
  '\u001b[2J\u202e',
  "'; drop table tenants; --",
  '{"manifest":{},"signature":""}',
  '['.repeat(10_000),
  '{text} {mask} {mask}',
  'x'.repeat(100_000),
  '😀',
];
const NUMBERS = [0, 1, 2, 100, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];
const LONGS = [...NUMBERS, 2 ** 53 - 1, 2 ** 53, 2 ** 63, 2 ** 64 - 2 ** 11];
const DOUBLES = [0, -1, 0.5, 1, 2, Number.NaN, Infinity, -Infinity, 1e308, 5e-324];

interface Field {
  readonly name: string;
  readonly type: string;
  readonly typeName: string;
  readonly label: string;
}
interface MessageType {
  readonly type: { readonly field: readonly Field[] };
}

const random = seededRandom(7);
const oneOf = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;

function message({ type }: MessageType): Record<string, unknown> {
  const present = type.field.filter(() => random() < 0.8);
  return Object.fromEntries(present.map((field) => [field.name, valueOf(field)]));
}

function valueOf(field: Field): unknown {
  if (field.label !== 'LABEL_REPEATED') return scalarOf(field);
  return Array.from({ length: oneOf([0, 1, 3, 20]) }, () => scalarOf(field));
}

function scalarOf({ type, typeName }: Field): unknown {
  switch (type) {
    case 'TYPE_STRING':
      return oneOf(TEXTS);
    case 'TYPE_BYTES':
      return Buffer.alloc(oneOf([0, 8, 1000, 1 << 16]), oneOf([0, 255]));
    case 'TYPE_UINT64':
      return oneOf(LONGS);
    case 'TYPE_DOUBLE':
      return oneOf(DOUBLES);
    case 'TYPE_MESSAGE':
      return message(packageDefinition[`softpost.v1.${typeName.split('.').at(-1)}`] as unknown as MessageType);
    default:
      return oneOf(NUMBERS);
  }
}

function requestOf(path: MethodPath): Buffer {
  const { requestType, requestSerialize } = methodAt(path);
  return requestSerialize(message(requestType as unknown as MessageType));
}

/** Cut, doubled, or with one byte changed. */
function damaged(bytes: Buffer): Buffer {
  const at = Math.floor(random() * bytes.length);
  const how = oneOf(['cut', 'double', 'change']);
  if (how === 'cut') return bytes.subarray(0, at);
  if (how === 'double') return Buffer.concat([bytes.subarray(0, at), bytes]);
  return Buffer.concat([bytes.subarray(0, at), Buffer.from([Math.floor(random() * 256)]), bytes.subarray(at + 1)]);
}

let dir: string;
let provider: Provider;
let peer: { readonly address: string; readonly ca: Buffer };
let keys: { readonly operator: string; readonly owner: string };
const faults: unknown[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'softpost-hostile-'));
  await writeFile(join(dir, 'texts.txt'), 'one\ntwo\n');
  await writeFile(join(dir, 'provider.yaml'), CONFIG);
  await createServerFolder(join(dir, 'data/tls'), { hosts: ['localhost'], days: 1 });
  const log = createLog('error', { write: (line) => void faults.push(JSON.parse(line)) });
  provider = await startProvider(await readConfig(join(dir, 'provider.yaml')), log);
  peer = { address: `localhost:${provider.port}`, ca: await readFile(join(dir, 'data/tls/ca.pem')) };
  const operator = (await readFile(provider.operatorKeyFile, 'utf8')).trim();
  const channel = openChannel({ ...peer, apiKey: operator });
  keys = { operator, owner: await newOwner(channel) };
  const jobId = await endedJob(channel);
  TEXTS.push(jobId, jobId);
  channel.close();
}, 180_000);

afterAll(async () => {
  await provider.stop();
  await rm(dir, { recursive: true, force: true });
}, 60_000);

function ask<Path extends MethodPath>(channel: Channel, path: Path, request: RequestOf<Path>): Promise<AnswerOf<Path>> {
  return channel.unary(path, encodeRequest(path, request));
}

async function newOwner(channel: Channel): Promise<string> {
  const ownerPublicKey = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const { tenant } = await ask(channel, '/softpost.v1.AdminService/CreateTenant', {
    tenant: { name: 'a', ownerPublicKey },
  });
  const { tenantId } = tenant!;
  return (await ask(channel, '/softpost.v1.AdminService/CreateApiKey', { tenantId, role: 'ROLE_OWNER' })).secret;
}

async function endedJob(channel: Channel): Promise<string> {
  const request = { idempotencyKey: uuid, teacherId: 'none', datasetId: 'texts', studentId: 's' };
  const { jobId } = (await ask(channel, '/softpost.v1.AdminService/CreateDistillation', request)).job!;
  await ask(channel, '/softpost.v1.JobService/CancelJob', { jobId });
  return jobId;
}

// Mutants: fields are not checked; a version, an event or a page token goes to the database as it came.
test('no request is answered with a fault of ours', async () => {
  const before = await readdir(dir);
  const ends = new Map<string, number>();
  for (const path of methodPaths()) {
    const key = /Admin|Job/.test(path) ? keys.operator : keys.owner;
    for (let round = 0; round < ROUNDS; round++) {
      const request = requestOf(path);
      const answer = await rawCall(peer, path, round % 4 === 3 ? damaged(request) : request, { key });
      const end = `${path} ${status['code' in answer ? answer.code : status.OK]}`;
      ends.set(end, (ends.get(end) ?? 0) + 1);
    }
  }
  const ended = [...ends.keys()];
  expect(ended.filter((end) => FAULTS.some((fault) => end.endsWith(status[fault])))).toEqual([]);
  expect(ended.filter((end) => end.endsWith('OK'))).not.toEqual([]);
  // Each has the places in our code.
  expect(faults).toEqual([]);
  expect(await readdir(dir)).toEqual(before);
}, 600_000);

test('events after a number that no job has are none', async () => {
  const [jobId] = TEXTS.slice(-1) as [string];
  const path = '/softpost.v1.JobService/WatchJob';
  for (const afterEvent of [2 ** 31 - 1, 2 ** 31, 2 ** 53 - 1]) {
    const channel = openChannel({ ...peer, apiKey: keys.operator });
    const events: unknown[] = [];
    for await (const event of channel.stream(path, encodeRequest(path, { jobId, afterEvent }))) events.push(event);
    channel.close();
    expect(events).toEqual([]);
  }
});
