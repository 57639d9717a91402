/**
 * @file One process at a time in a folder. The kernel keeps the lock (a POSIX record lock, taken through SQLite), so it goes
 * with its process however that ends, and no process id has to be believed, which means nothing between containers. The file
 * beside it only says who holds it.
 */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SoftpostError } from '@softpost/shared/errors';
import { z } from 'zod';

export interface FolderLock {
  /** Lets the next process in. */
  release(): void;
}

const holderSchema = z.object({ pid: z.int(), host: z.string().max(300), since: z.string().max(40) });

const SQLITE_BUSY = 5;

/** Takes the folder `dir`, made where it is not there. @throws FOLDER_IN_USE naming the holder; CANNOT_WRITE */
export function lockFolder(dir: string): FolderLock {
  const holderFile = join(dir, 'lock.json');
  let lock: DatabaseSync | undefined;
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    lock = new DatabaseSync(join(dir, 'lock'), { timeout: 0 });
    // Nothing is ever written; the transaction stays open as long as the folder is held.
    lock.exec('BEGIN EXCLUSIVE');
    writeFileSync(holderFile, JSON.stringify({ pid: process.pid, host: hostname(), since: new Date().toISOString() }));
  } catch (cause) {
    lock?.close();
    if (cause instanceof Error && 'errcode' in cause && cause.errcode === SQLITE_BUSY)
      throw new SoftpostError('FOLDER_IN_USE', `${dir} is in use by ${holderOf(holderFile)}`, { cause });
    throw new SoftpostError('CANNOT_WRITE', `cannot write ${dir}`, { cause });
  }
  const held = lock;
  return {
    release: () => {
      rmSync(holderFile, { force: true });
      held.close();
    },
  };
}

/** The holder may be just writing it, or not have come to it. */
function holderOf(file: string): string {
  try {
    const { pid, host, since } = holderSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    return `process ${pid} on ${host} since ${since}`;
  } catch {
    return 'another process';
  }
}
