/** @file A provider that keeps its log, and ones that do not. */
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { digestOf } from '../artifact/digest.ts';
import { refusal } from '../artifact/folder.fixture.ts';
import type { ErrorCode } from '../errors.ts';
import { providerKey, sealManifestWith } from '../manifest/manifest.fixture.ts';
import { checkInclusion, checkLog } from './check-log.ts';
import { headOf, openLogHead, sealLogHead, type LogHead } from './log-head.ts';
import { consistencyPath, inclusionPath, leafHash, type Hash } from './merkle-tree.ts';

const publicKey = createPublicKey(providerKey);
const manifests = Array.from({ length: 9 }, (_, index) => sealManifestWith({ studentVersion: index + 1 }));
const leaves = manifests.map((text) => leafHash(text));
const refused = (code: ErrorCode, message: RegExp): object => expect.objectContaining(refusal(code, message)) as object;

function headAt(entries: readonly Hash[], day = '2026-06-15'): LogHead {
  return openLogHead(sealLogHead(headOf(entries, day), providerKey), publicKey);
}

test('every manifest is found where it is', () => {
  for (const [leafIndex, text] of manifests.entries()) {
    const path = inclusionPath(leaves, leafIndex);
    expect(() => checkInclusion(text, { leafIndex, path }, headAt(leaves))).not.toThrow();
  }
});

// Kills: T6, a student that only one owner is offered.
test('a manifest that is not in the log is refused, with whatever proof', () => {
  const own = sealManifestWith({ studentVersion: 99 });
  for (const leafIndex of [...leaves.keys(), -1, 9, 0.5]) {
    const path = inclusionPath(leaves, Math.max(0, Math.floor(leafIndex)) % 9);
    expect(() => checkInclusion(own, { leafIndex, path }, headAt(leaves))).toThrow(
      refused('BAD_LOG_PROOF', /of 9 entries does not have this manifest/),
    );
  }
});

test('a log that grew is accepted, and one that did not', () => {
  for (const [size] of leaves.entries()) {
    const previous = headAt(leaves.slice(0, size));
    const path = size === 0 ? [] : consistencyPath(leaves, size);
    expect(() => checkLog(previous, headAt(leaves), path)).not.toThrow();
    expect(() => checkLog(previous, previous, [])).not.toThrow();
  }
});

// Kills: T5 and T6 by way of the log: entries taken back, or another history for this owner.
test('a log that went back, or that has another history, is refused', () => {
  const seen = headAt(leaves.slice(0, 5), '2026-05-01');
  expect(() => checkLog(seen, headAt(leaves.slice(0, 4)), [])).toThrow(
    refused('LOG_FORKED', /has 4 entries, and had 5 on 2026-05-01/),
  );
  const other = leaves.with(2, leafHash(sealManifestWith({ studentVersion: 77 })));
  expect(() => checkLog(seen, headAt(other.slice(0, 5)), [])).toThrow(refused('LOG_FORKED', /first 5 entries/));
  for (const path of [consistencyPath(other, 5), consistencyPath(leaves, 5), []]) {
    expect(() => checkLog(seen, headAt(other), path)).toThrow(refused('LOG_FORKED', /are not shown/));
  }
});

test.each<[string, string, RegExp]>([
  [
    'of another key',
    sealLogHead(headOf(leaves, '2026-06-15'), generateKeyPairSync('ed25519').privateKey),
    /another key/,
  ],
  ['that is a manifest', manifests[0]!, /^log head: /],
  [
    'with another root',
    sealLogHead(headOf(leaves, '2026-06-15'), providerKey).replace(
      /sha256:[0-9a-f]{64}","treeSize/,
      `${digestOf('x')}","treeSize`,
    ),
    /the signature is wrong/,
  ],
  [
    'with another size',
    sealLogHead(headOf(leaves, '2026-06-15'), providerKey).replace('"treeSize":9', '"treeSize":8'),
    /the signature is wrong/,
  ],
  ['that is nothing', '', /not valid JSON/],
])('a head %s is refused', (_, text, message) => {
  expect(() => openLogHead(text, publicKey)).toThrow(refused('BAD_LOG_PROOF', message));
});

test.each([-1, 0.5, 2 ** 31])('a tree of %d leaves is never signed', (treeSize) => {
  expect(() => sealLogHead({ ...headOf(leaves, '2026-06-15'), treeSize }, providerKey)).toThrow(
    refused('BAD_LOG_PROOF', /treeSize/),
  );
});
