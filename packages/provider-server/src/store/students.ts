/** @file Published students and the leaves of the transparency log, which always come together. */

import { sql } from 'kysely';
import type { Digest } from '@softpost/shared/artifact/digest';
import { MAX_INTEGER, type Db, type LogLeaf, type Student, type StudentFile } from './rows.ts';
import { unknownId } from './unknown-id.ts';

export interface NewStudent {
  readonly id: string;
  readonly version: number;
  readonly teacherId: string;
  readonly manifest: string;
  readonly artifact: Digest;
  readonly files: readonly StudentFile[];
  readonly parameterCount: number;
  /** Hash of its leaf in the log, hexadecimal. */
  readonly leafHash: string;
}

/** The version that the next student of this name will have. Call it in the transaction that adds it, after `lockStudents`. */
export async function nextStudentVersion(trx: Db, id: string): Promise<number> {
  const { newest } = await trx
    .selectFrom('students')
    .select(({ fn }) => fn.max('version').as('newest'))
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return (newest ?? 0) + 1;
}

/** Until the transaction ends nobody else publishes: versions and leaves have no gaps. */
export async function lockStudents(trx: Db): Promise<void> {
  await sql`lock table log_leaves in exclusive mode`.execute(trx);
}

/** Adds the student and its leaf at the end of the log, after `lockStudents` in the same transaction. */
export async function addStudent(trx: Db, { leafHash, files, ...student }: NewStudent): Promise<LogLeaf> {
  await trx
    .insertInto('students')
    .values({ ...student, files: JSON.stringify(files) })
    .execute();
  const { size } = await trx
    .selectFrom('logLeaves')
    .select(({ fn }) => fn.countAll<string>().as('size'))
    .executeTakeFirstOrThrow();
  return trx
    .insertInto('logLeaves')
    .values({ index: Number(size), hash: leafHash, studentId: student.id, studentVersion: student.version })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** The newest version for 0. @throws UNKNOWN_ID */
export async function getStudent(db: Db, id: string, version = 0): Promise<Student> {
  if (version > MAX_INTEGER) unknownId('student');
  const query = db.selectFrom('students').selectAll().where('id', '=', id);
  const student = await (version === 0 ? query.orderBy('version', 'desc') : query.where('version', '=', version))
    .limit(1)
    .executeTakeFirst();
  return student ?? unknownId('student');
}

/** The newest version of each, by name; at most `limit` after the name `after`. */
export async function listStudents(db: Db, limit: number, after = ''): Promise<readonly Student[]> {
  return db
    .selectFrom('students')
    .selectAll()
    .distinctOn('id')
    .where('id', '>', after)
    .orderBy('id')
    .orderBy('version', 'desc')
    .limit(limit)
    .execute();
}

/** All leaves of the log, in order. */
export async function listLogLeaves(db: Db): Promise<readonly LogLeaf[]> {
  return db.selectFrom('logLeaves').selectAll().orderBy('index').execute();
}
