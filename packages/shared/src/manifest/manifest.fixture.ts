/** @file For tests: a sound manifest, sealed as it is or altered by a provider that signs anything. */

import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { digestOf } from '../artifact/digest.ts';
import { canonicalJson } from '../signature/canonical-json.ts';
import { keyIdOf, publicKeyText } from '../signature/public-key.ts';
import type { ManifestBody } from './manifest.ts';
import { digestsOf, type StudentFile } from './student-files.ts';

export const providerKey: KeyObject = generateKeyPairSync('ed25519').privateKey;

export const FILES: readonly StudentFile[] = ['config.json', 'model.safetensors', 'tokenizer.json'].map(
  (name, index) => ({ name, sizeBytes: 100 + index, digest: digestOf(name) }),
);

/** The body of a manifest of these files. */
export function manifestBody(files: readonly StudentFile[] = FILES): ManifestBody {
  const { model, tokenizer } = digestsOf(files);
  return {
    type: 'softpost-student',
    version: 1,
    studentId: 'films-student',
    studentVersion: 3,
    teacherId: 'Teacher-8.1b',
    files,
    modelDigest: model,
    tokenizerDigest: tokenizer,
    architecture: { objective: 'causal', modelType: 'gpt2', layers: 2, hiddenSize: 3, vocabularySize: 61 },
    parameterCount: 1000,
    embeddingNorms: { low: 1, high: 2 },
    distillation: { heldOutRows: 16, teacherPerplexity: 20, studentPerplexity: 40, agreement: 0.4, kl: 0.8 },
    issuedDay: '2026-02-01',
    expiresDay: '2026-12-31',
  };
}

/** As `sealManifest`, but with any fields whatever, or without them where undefined. */
export function sealManifestWith(change: object, key: KeyObject = providerKey): string {
  const publicKey = publicKeyText(key);
  const all = Object.entries({ ...manifestBody(), publicKey, keyId: keyIdOf(publicKey), ...change });
  const manifest = Object.fromEntries(all.filter(([, value]) => value !== undefined));
  const signature = sign(null, Buffer.from(canonicalJson(manifest)), key).toString('base64url');
  return canonicalJson({ manifest, signature });
}
