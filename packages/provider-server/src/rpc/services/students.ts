/** @file StudentService: what is published, the proofs of the log, and the files themselves. */

import type { ServiceOf } from '@softpost/shared/rpc/methods';
import type { CallContext } from '../gate.ts';
import type { KeyObject } from 'node:crypto';
import { SoftpostError } from '@softpost/shared/errors';
import { dayOf } from '@softpost/shared/signature/day';
import { headOf, sealLogHead } from '@softpost/shared/transparency/log-head';
import { consistencyPath, inclusionPath, type Hash } from '@softpost/shared/transparency/merkle-tree';
import type { ArtifactStore } from '../../store/artifacts/artifact-store.ts';
import type { Db } from '../../store/rows.ts';
import { getStudent, listLogLeaves, listStudents } from '../../store/students.ts';
import { studentMessage } from '../messages.ts';

const DEFAULT_PAGE = 50;
const MAX_PAGE = 100;
/** Well below the limit of a message, and large enough that the cost of a message does not show. */
const CHUNK_BYTES = 1 << 20;

export function studentService(db: Db, store: ArtifactStore, key: KeyObject): ServiceOf<'StudentService', CallContext> {
  return {
    ListStudents: async ({ pageSize, pageToken }) => {
      const size = Math.min(pageSize || DEFAULT_PAGE, MAX_PAGE);
      const found = await listStudents(db, size + 1, pageToken);
      const students = found.slice(0, size);
      const nextPageToken = found.length > size ? students.at(-1)!.id : '';
      return { students: students.map(studentMessage), nextPageToken };
    },

    GetStudent: async ({ studentId, version }) => {
      const student = await getStudent(db, studentId, version);
      const leaves = await listLogLeaves(db);
      const leafIndex = leaves.findIndex(
        (leaf) => leaf.studentId === student.id && leaf.studentVersion === student.version,
      );
      const hashes = leaves.map(({ hash }) => Buffer.from(hash, 'hex'));
      const path = inclusionPath(hashes, leafIndex).map(asBytes);
      return { signedManifest: student.manifest, inclusion: { leafIndex, path, signedHead: signedHead(hashes, key) } };
    },

    GetLogConsistency: async ({ fromSize }) => {
      const hashes = (await listLogLeaves(db)).map(({ hash }) => Buffer.from(hash, 'hex'));
      if (!Number.isSafeInteger(fromSize) || fromSize < 1 || fromSize > hashes.length)
        throw new SoftpostError('BAD_OPTION', `from_size: the log has ${hashes.length} entries`);
      return { path: consistencyPath(hashes, fromSize).map(asBytes), signedHead: signedHead(hashes, key) };
    },

    DownloadStudent: async function* ({ studentId, version, fileName, offset }) {
      const { files } = await getStudent(db, studentId, version);
      const file = files.find(({ name }) => name === fileName);
      if (!file) throw new SoftpostError('UNKNOWN_ID', 'the student has no such file');
      if (!Number.isSafeInteger(offset) || offset < 0 || offset > file.sizeBytes)
        throw new SoftpostError('BAD_OPTION', `offset: the file has ${file.sizeBytes} bytes`);
      if (offset === file.sizeBytes) return;
      let at = offset;
      for await (const content of chunks(await store.open(file.digest, offset))) {
        yield { chunk: { offset: at, content } };
        at += content.byteLength;
      }
    },
  };
}

function signedHead(leaves: readonly Hash[], key: KeyObject): string {
  return sealLogHead(headOf(leaves, dayOf(new Date())), key);
}

function asBytes(hash: Hash): Buffer {
  return Buffer.from(hash);
}

/** The same bytes in pieces of at most the chunk's size, whatever the store reads at once. */
async function* chunks(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const piece of stream) {
    for (let at = 0; at < piece.length; at += CHUNK_BYTES) yield piece.subarray(at, at + CHUNK_BYTES);
  }
}
