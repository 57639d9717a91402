/** @file For tests: the StudentService of a provider that keeps a log, with students of a few bytes. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from '@softpost/shared/artifact/digest';
import { modelFiles } from '@softpost/shared/artifact/model-digest';
import { SoftpostError } from '@softpost/shared/errors';
import { manifestBody, providerKey, sealManifestWith } from '@softpost/shared/manifest/manifest.fixture';
import type { StudentFile } from '@softpost/shared/manifest/student-files';
import type { DownloadStudentRequest } from '@softpost/shared/rpc/generated/softpost/v1/DownloadStudentRequest';
import type { FileChunk__Output as FileChunk } from '@softpost/shared/rpc/generated/softpost/v1/FileChunk';
import { addDays, dayOf } from '@softpost/shared/signature/day';
import { headOf, sealLogHead } from '@softpost/shared/transparency/log-head';
import { consistencyPath, inclusionPath, leafHash } from '@softpost/shared/transparency/merkle-tree';
import { type Handlers } from '../provider.fixture.ts';

export const STUDENT = 'films-student';

const CHUNK_BYTES = 4096;

/** What the provider has published, oldest first; tests may change it. */
export interface Students {
  readonly log: string[];
  readonly contents: Map<string, Buffer>;
  readonly handlers: Handlers;
  /** How it answers DownloadStudent. */
  readonly send: (request: Required<DownloadStudentRequest>) => AsyncGenerator<{ readonly chunk: FileChunk }>;
}

export function students(): Students {
  const log: string[] = [];
  const contents = new Map<string, Buffer>();
  const leaves = () => log.map((text) => leafHash(text));
  const signedHead = (): string => sealLogHead(headOf(leaves(), dayOf(new Date())), providerKey);
  const send: Students['send'] = async function* ({ version, fileName, offset }) {
    const content = contents.get(`${version}/${fileName}`);
    if (content === undefined) throw new SoftpostError('UNKNOWN_ID', 'there is no such file');
    for (let at = Number(offset); at < content.length; at += CHUNK_BYTES)
      yield { chunk: { offset: at, content: content.subarray(at, at + CHUNK_BYTES) } };
  };
  const handlers: Handlers = {
    'StudentService/GetStudent': ({ version }) => {
      const leafIndex = version === 0 ? log.length - 1 : version - 1;
      const signedManifest = log[leafIndex];
      if (signedManifest === undefined) throw new SoftpostError('UNKNOWN_ID', 'there is no such student');
      const path = inclusionPath(leaves(), leafIndex).map((hash) => Buffer.from(hash));
      return { signedManifest, inclusion: { leafIndex, path, signedHead: signedHead() } };
    },
    'StudentService/GetLogConsistency': ({ fromSize }) => ({
      path: consistencyPath(leaves(), Number(fromSize)).map((hash) => Buffer.from(hash)),
      signedHead: signedHead(),
    }),
    'StudentService/DownloadStudent': (request) => send(request),
  };
  return { log, contents, handlers, send };
}

/** Publishes one version more. @param change of the manifest @param files contents by name, in ascending order; a few bytes when left out */
export function publish(
  { log, contents }: Students,
  change: object = {},
  files: Readonly<Record<string, string | Buffer>> = fewBytes(log.length + 1),
): void {
  const version = log.length + 1;
  const listed = Object.entries(files).map(([name, text]): StudentFile => {
    const content = typeof text === 'string' ? Buffer.from(text) : text;
    contents.set(`${version}/${name}`, content);
    return { name, sizeBytes: content.byteLength, digest: digestOf(content) };
  });
  log.push(sealedManifest(listed, { studentVersion: version, ...change }));
}

/** Publishes the model in a folder, the files that it consists of and no others. */
export async function publishFolder(published: Students, dir: string, change: object = {}): Promise<void> {
  const files: Record<string, Buffer> = {};
  for (const name of (await modelFiles(dir)).toSorted()) files[name] = await readFile(join(dir, name));
  publish(published, change, files);
}

function fewBytes(version: number): Record<string, string> {
  return { 'config.json': '{}', 'model.safetensors': `weights ${version} `.repeat(2000), 'tokenizer.json': '{}' };
}

export function sealedManifest(files: readonly StudentFile[], change: object): string {
  const today = dayOf(new Date());
  const days = { issuedDay: addDays(today, -1), expiresDay: addDays(today, 30) };
  return sealManifestWith({ ...manifestBody(files), studentId: STUDENT, ...days, ...change });
}
