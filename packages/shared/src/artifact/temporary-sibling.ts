/**
 * @file Names for what is being written beside its target, `.target.WRITER-PID-RANDOM.tmp`, and the removal of those that a
 * killed writer left there.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { lstat, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';

const WEEK = 7 * 24 * 3600 * 1000;

/** In the same folder, as rename is atomic only inside one file system. */
export function temporarySibling(target: string): string {
  return join(dirname(target), `${prefixOf(target)}${WRITER}-${process.pid}-${randomBytes(6).toString('hex')}.tmp`);
}

/**
 * Removes the temporary siblings of `target` whose writers are gone: processes of this machine that no longer run, or
 * others that have not touched theirs for a week. Best effort.
 */
export async function removeStaleSiblings(target: string): Promise<void> {
  for (const path of await staleSiblings(target)) await removeAll(path);
}

/** Those temporary siblings, for whoever can go on with what is in them. */
export async function staleSiblings(target: string): Promise<readonly string[]> {
  const folder = dirname(target);
  const prefix = prefixOf(target);
  const names = await readdir(folder).catch(() => []);
  const stale: string[] = [];
  for (const name of names) {
    if (!name.startsWith(prefix)) continue;
    const [, writer, pid] = /^([0-9a-f]{8})-([1-9]\d*)-[0-9a-f]{12}\.tmp$/.exec(name.slice(prefix.length)) ?? [];
    if (writer === undefined) continue;
    const path = join(folder, name);
    if (writer === WRITER ? !isRunning(Number(pid)) : await isUntouchedFor(WEEK, path)) stale.push(path);
  }
  return stale;
}

/** Best effort: what made the writing fail may make this fail too, and it is the first fault that must be told. */
export async function removeAll(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch(() => undefined);
}

function prefixOf(target: string): string {
  return `.${basename(target)}.`;
}

/** Where a process id means the same process: on one machine, and there in one container. */
const WRITER = createHash('sha256').update(`${hostname()} ${processNamespace()}`).digest('hex').slice(0, 8);

function processNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (reason) {
    // A process of another user may not be asked, but is there.
    return (reason as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

async function isUntouchedFor(milliseconds: number, path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > milliseconds;
}
