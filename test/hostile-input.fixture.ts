/**
 * @file The child process of hostile-input.test.ts: changes sound inputs at random, hands them to what reads them, and tells how each kind ended.
 * Run with Node's permission model, so that a file written, or one read outside of the repository, is an error that nobody typed.
 */

import { createPublicKey, sign } from 'node:crypto';
import { parseSafetensorsHeader } from '@softpost/shared/artifact/safetensors-header';
import { isSoftpostError, SoftpostError } from '@softpost/shared/errors';
import { manifestBody, providerKey, sealManifestWith } from '@softpost/shared/manifest/manifest.fixture';
import { openManifest } from '@softpost/shared/manifest/signed-manifest';
import { ownerKey, PRIVATE_BODY } from '@softpost/shared/receipt/receipt.fixture';
import { openReceipt, sealReceipt } from '@softpost/shared/receipt/signed-receipt';
import type { CreateTransferRequest__Output } from '@softpost/shared/rpc/generated/softpost/v1/CreateTransferRequest';
import { seededRandom } from '@softpost/shared/seeded-random';
import { canonicalJson } from '@softpost/shared/signature/canonical-json';
import { openEnvelope } from '@softpost/shared/submission/envelope';
import { checkInclusion, checkLog } from '@softpost/shared/transparency/check-log';
import { headOf, openLogHead, sealLogHead } from '@softpost/shared/transparency/log-head';
import { consistencyPath, inclusionPath, leafHash, type Hash } from '@softpost/shared/transparency/merkle-tree';
import { acceptSubmission } from '../packages/provider-server/src/submission/accept-submission.ts';
import { checkSubmittedPrompt } from '../packages/provider-server/src/submission/check-prompt.ts';
import { receivedSubmission } from '../packages/provider-server/src/submission/received-submission.ts';
import {
  createTransferCodec,
  PROMPT,
  promptHeader,
  PROVIDER_KEY_ID,
  student,
  submissionWith,
  TASK_MESSAGE,
  TERMS,
  TODAY,
} from '../packages/provider-server/src/submission/submission.fixture.ts';

/** How one kind of input ended, over all its changes. */
export interface Outcome {
  readonly kind: string;
  readonly inputs: number;
  /** Refusals by code. */
  readonly refused: Readonly<Record<string, number>>;
  /** Inputs that were accepted; for most kinds that may only be the sound one. */
  readonly accepted: number;
  /** What should never be, as text. */
  readonly faults: readonly string[];
}

export interface Outcomes {
  readonly outcomes: readonly Outcome[];
  readonly peakBytes: number;
  readonly cpuSeconds: number;
}

const [inputsPerKind = 0, seed = 0] = process.argv.slice(2).map(Number);
const random = seededRandom(seed);
const below = (limit: number): number => Math.floor(random() * limit);
const pick = <T>(values: readonly T[]): T => values[below(values.length)]!;

const PIECES = [
  '"',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '\\',
  '\\u0000',
  '1e400',
  '-0',
  '-1',
  '0',
  '9',
  'null',
  '{}',
  '[]',
].concat(['\ud800', '\0', 'é', '\u202e', ' ', '\n', '../', '99999999999999999999', '"__proto__":', 'A'.repeat(300)]);

/** The text with one to three places cut, replaced, doubled or filled with something else. */
function changedText(text: string): string {
  let changed = text;
  for (let edits = 1 + below(3); edits > 0; edits--) {
    const at = below(changed.length + 1);
    const end = at + (below(8) === 0 ? below(changed.length) : below(6));
    const piece = pick([pick(PIECES), changed.slice(at, end).repeat(2), String(below(10)), '']);
    changed = changed.slice(0, at) + piece + changed.slice(end);
  }
  return changed;
}

function changedBytes(bytes: Uint8Array): Buffer {
  const start = below(20) === 0 ? below(bytes.length) : 0;
  const changed = Buffer.from(bytes.subarray(start));
  for (let edits = below(4); edits > 0; edits--) {
    changed[below(changed.length)] = pick([0, 1, 0x7f, 0x80, 0xff, below(256)]);
  }
  const more = below(5) === 0 ? Buffer.alloc(below(20), below(256)) : Buffer.alloc(0);
  return Buffer.concat([changed.subarray(0, below(10) === 0 ? below(changed.length) : changed.length), more]);
}

const TEXTS = [
  '',
  'x',
  '../../etc/passwd',
  '/dev/zero',
  '\0',
  '\u001b[2J',
  'x'.repeat(5000),
  '__proto__',
  '2026-02-30',
];
const VALUES: readonly unknown[] = TEXTS.concat(`sha256:${'0'.repeat(64)}`).concat([
  null,
  true,
  0,
  -1,
  0.5,
  1e308,
  2 ** 53,
  2 ** 31,
  [],
  {},
  [[]],
  { length: 1e9 },
] as never);

/** The value with one place in it replaced, taken out or added to. */
function changedValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || below(6) === 0) return pick(VALUES);
  const isList = Array.isArray(value);
  const entries: [string, unknown][] = Object.entries(value);
  const at = below(entries.length + 1);
  const [key, member] = entries[at] ?? [pick(['x', 'toString', 'constructor', 'length']), pick(VALUES)];
  const changed: [string, unknown] = [key, changedValue(member)];
  const rest = below(8) === 0 ? entries.toSpliced(at, 1) : entries.toSpliced(at, 1, changed);
  return isList ? rest.map(([, item]) => item) : Object.fromEntries(rest);
}

/** The document with some place changed, signed as if nothing were. */
function changedAndSigned(text: string, name: string, key = providerKey): string {
  const document = changedValue((JSON.parse(text) as Record<string, unknown>)[name]);
  let canonical: string;
  try {
    canonical = canonicalJson(document);
  } catch {
    return text;
  }
  const signature = sign(null, Buffer.from(canonical), key).toString('base64url');
  return canonicalJson({ [name]: document, signature });
}

const publicKey = createPublicKey(providerKey);
const owner = createPublicKey(ownerKey);

const manifest = sealManifestWith(manifestBody());
const readManifest = (text: string): unknown =>
  openManifest(text, { publicKey, studentId: 'films-student', today: TODAY });

const receipt = sealReceipt(PRIVATE_BODY, ownerKey);

const submission = submissionWith();
const { signedEnvelope } = submission;
const acceptance = { publicKey: owner, providerKeyId: PROVIDER_KEY_ID, today: TODAY, windowDays: 7 };
const readEnvelope = (text: string): unknown => openEnvelope(text, acceptance);

const leaves = Array.from({ length: 21 }, (_, index) => leafHash(`entry ${index}`));
const head = sealLogHead(headOf(leaves, TODAY), providerKey);
const [old, young] = [leaves.slice(0, 13), leaves].map((entries) =>
  openLogHead(sealLogHead(headOf(entries, TODAY), providerKey), publicKey),
) as [ReturnType<typeof openLogHead>, ReturnType<typeof openLogHead>];

const COUNTS = [-1, 0, 1, 7, 12, 13, 20, 21, 22, 0.5, NaN, 2 ** 31, 2 ** 53, Infinity];

/** Never the sound path. */
function changedPath(path: readonly Hash[]): readonly Hash[] {
  const at = below(path.length);
  const hash = pick([path[at]!.map((byte, i) => (i === 5 ? byte ^ 1 : byte)), pick(leaves), new Uint8Array(below(64))]);
  if (Buffer.compare(hash, path[at]!) === 0) return [];
  return pick([path.with(at, hash), path.toSpliced(at, 1), path.toSpliced(at, 0, hash), [...path, hash]]);
}

const header = JSON.stringify(promptHeader());
const terms = { hiddenSize: 3, maxVirtualTokens: 4, rowNorms: { low: 0.0625, high: 32 } };

const codec = createTransferCodec();
const request = codec.encode({
  ...submission,
  task: TASK_MESSAGE,
  options: { comparison: 'COMPARISON_VOCABULARY', seed: 1 },
});

/** Each takes one changed input to what reads it; what it gives back was accepted. */
const KINDS: Readonly<Record<string, () => unknown>> = {
  'safetensors header': () =>
    parseSafetensorsHeader(changedText(header), 24, (fault) => {
      throw new SoftpostError('BAD_SAFETENSORS', fault);
    }),
  prompt: () => checkSubmittedPrompt(changedBytes(PROMPT), terms),
  'prompt values': () => {
    const values = changedBytes(PROMPT.subarray(-24));
    const sameSize = Buffer.concat([values, Buffer.alloc(24)]).subarray(0, 24);
    checkSubmittedPrompt(Buffer.concat([PROMPT.subarray(0, -24), sameSize]), terms);
    for (const row of [0, 12]) {
      const norm = Math.hypot(...[0, 4, 8].map((at) => sameSize.readFloatLE(row + at)));
      if (!(norm >= 0.0625 && norm <= 32)) throw new Error(`accepted a row of norm ${norm}`);
    }
  },
  manifest: () => unlessSound(manifest, changedText(manifest), readManifest),
  'manifest, signed': () => readManifest(changedAndSigned(manifest, 'manifest')),
  receipt: () => unlessSound(receipt, changedText(receipt), (text) => openReceipt(text)),
  'receipt, signed': () => openReceipt(changedAndSigned(receipt, 'receipt', ownerKey), owner),
  envelope: () => unlessSound(signedEnvelope, changedText(signedEnvelope), readEnvelope),
  'envelope, signed': () => readEnvelope(changedAndSigned(signedEnvelope, 'envelope', ownerKey)),
  'log head': () => unlessSound(head, changedText(head), (text) => openLogHead(text, publicKey)),
  inclusion: () => {
    const leafIndex = pick([5, ...COUNTS]);
    const path = inclusionPath(leaves, 5);
    checkInclusion('entry 5', { leafIndex, path: leafIndex === 5 ? changedPath(path) : path }, young);
  },
  consistency: () => {
    const treeSize = pick([13, ...COUNTS.filter((count) => count !== 13)]);
    const path = consistencyPath(leaves, 13);
    checkLog({ ...old, treeSize }, young, treeSize === 13 ? changedPath(path) : path);
  },
  'protobuf request': () => acceptSubmission(receivedSubmission(decoded(changedBytes(request))), TERMS),
  submission: () => {
    const part = pick(['task', 'choices', 'idempotencyKey', 'studentId', 'studentVersion'] as const);
    const changed = changedValue(submission[part]);
    if (JSON.stringify(changed) === JSON.stringify(submission[part])) throw new Unchanged();
    acceptSubmission({ ...submission, [part]: changed }, { ...TERMS, student });
  },
};

/** Bytes that are no message are refused before us, as protobufjs says; the fault is then the frame's to report. */
function decoded(bytes: Buffer): CreateTransferRequest__Output {
  if (bytes.equals(request)) throw new Unchanged();
  try {
    return codec.decode(bytes);
  } catch {
    throw new Unchanged();
  }
}

/** The change happened to change nothing. */
class Unchanged extends Error {}

function unlessSound(sound: string, changed: string, read: (text: string) => unknown): unknown {
  if (changed === sound) throw new Unchanged();
  return read(changed);
}

function outcomeOf(kind: string, attempt: () => unknown): Outcome {
  const refused: Record<string, number> = {};
  const faults: string[] = [];
  let accepted = 0;
  for (let input = 0; input < inputsPerKind; input++) {
    try {
      attempt();
      accepted++;
    } catch (reason) {
      if (reason instanceof Unchanged) continue;
      const fault = faultOf(reason);
      if (fault !== undefined) faults.push(fault);
      else if (isSoftpostError(reason)) refused[reason.code] = (refused[reason.code] ?? 0) + 1;
    }
  }
  return { kind, inputs: inputsPerKind, refused, accepted, faults: faults.slice(0, 5) };
}

/** What is wrong with a refusal, if anything. */
function faultOf(reason: unknown): string | undefined {
  if (!isSoftpostError(reason)) return String(reason instanceof Error ? reason.stack : reason);
  if (reason.message.length > 600) return `${reason.code}: a message of ${reason.message.length} characters`;
  if (/\p{Cc}/u.test(reason.message)) return `${reason.code}: ${JSON.stringify(reason.message)}`;
  return undefined;
}

const outcomes = Object.entries(KINDS).map(([kind, attempt]) => outcomeOf(kind, attempt));
const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
const cpuSeconds = (userCPUTime + systemCPUTime) / 1e6;
process.stdout.write(JSON.stringify({ outcomes, peakBytes: maxRSS * 1024, cpuSeconds } satisfies Outcomes));
