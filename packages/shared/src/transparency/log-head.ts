/** @file The signed head of the provider's log: {"head": ..., "signature": ...}. Whoever has seen one can prove it when a later one disagrees. */

import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { digestSchema } from '../artifact/digest.ts';
import { daySchema } from '../signature/day.ts';
import { signedDocument, signerFields, type Unsigned } from '../signature/signed-document.ts';
import { treeRoot, type Hash } from './merkle-tree.ts';
import { MAX_TREE_SIZE } from './verify-path.ts';

const headSchema = z.strictObject({
  type: z.literal('softpost-log-head'),
  version: z.literal(1),
  treeSize: z.int().nonnegative().max(MAX_TREE_SIZE),
  /** Merkle tree hash of RFC 9162 over the signed manifests, in the order of their publication. */
  root: digestSchema,
  /** On which it was signed (UTC). */
  day: daySchema,
  ...signerFields,
});

export type LogHead = Readonly<z.infer<typeof headSchema>>;

const MAX_HEAD_LENGTH = 4096;

const document = signedDocument<LogHead>({
  name: 'head',
  source: 'log head',
  schema: headSchema,
  maxLength: MAX_HEAD_LENGTH,
  code: 'BAD_LOG_PROOF',
});

/** The head of a log with these leaves. */
export function headOf(leaves: readonly Hash[], day: string): Unsigned<LogHead> {
  const root = `sha256:${Buffer.from(treeRoot(leaves)).toString('hex')}` as const;
  return { type: 'softpost-log-head', version: 1, treeSize: leaves.length, root, day };
}

/** Signs with the provider's key. @throws SoftpostError BAD_LOG_PROOF when a field is not as the schema says */
export function sealLogHead(body: Unsigned<LogHead>, privateKey: KeyObject): string {
  return document.seal(body, privateKey);
}

/** @param publicKey the provider's, got on another way. @throws SoftpostError BAD_LOG_PROOF naming what is wrong */
export function openLogHead(text: string, publicKey: KeyObject): LogHead {
  return document.open(text, publicKey);
}

/** The 32 bytes of the root. */
export function rootOf({ root }: Pick<LogHead, 'root'>): Hash {
  return Buffer.from(root.slice('sha256:'.length), 'hex');
}
