/** @file Reading files that may be hostile: regular files only, sizes known before anything is allocated, positioned reads. */
import { access, open, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { z } from 'zod';
import { SoftpostError, type ErrorCode } from '../errors.ts';

/** One read(2) returns at most 2 GiB less a page on Linux; whole mebibytes keep the pieces aligned. */
const MAX_READ = 1 << 30;

/**
 * Opens `path`, calls `use` with the file and its size in bytes, and closes it.
 *
 * @throws SoftpostError FILE_NOT_FOUND also for a folder, pipe or device: opening a pipe would wait for ever.
 */
export async function withFile<T>(path: string, use: (file: FileHandle, size: number) => Promise<T>): Promise<T> {
  const file = await openRegularFile(path);
  try {
    return await use(file, (await file.stat()).size);
  } finally {
    await file.close();
  }
}

/** @throws SoftpostError FILE_NOT_FOUND as `withFile` */
export async function openRegularFile(path: string): Promise<FileHandle> {
  let fault = 'it is not a file';
  let cause: unknown;
  try {
    if ((await stat(path)).isFile()) return await open(path, 'r');
  } catch (reason) {
    const { code } = reason as NodeJS.ErrnoException;
    fault = code === 'ENOENT' || code === 'ENOTDIR' ? 'there is no such file' : `it cannot be read (${code})`;
    cause = reason;
  }
  throw new SoftpostError('FILE_NOT_FOUND', `${path}: ${fault}`, { cause });
}

/** Whether `path` leads to something, links followed. */
export async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Fills `target` from byte `position` of the file; returns the bytes read, fewer than asked only at the end of the file. */
export async function readAt(file: FileHandle, target: Uint8Array, position: number): Promise<number> {
  let filled = 0;
  while (filled < target.byteLength) {
    const { bytesRead } = await file.read(
      target,
      filled,
      Math.min(target.byteLength - filled, MAX_READ),
      position + filled,
    );
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

/** What is accepted of a small file, and the error that tells of the rest. */
export interface ReadLimits {
  readonly maxBytes: number;
  readonly code: ErrorCode;
  /** For a text that must be what it is to the last byte. @default false */
  readonly keepByteOrderMark?: boolean;
}

/**
 * The text in a UTF-8 file of at most `maxBytes`, without a byte order mark.
 *
 * @throws SoftpostError FILE_NOT_FOUND; `code` when it is larger or not UTF-8
 */
export async function readText(
  path: string,
  { maxBytes, code, keepByteOrderMark = false }: ReadLimits,
): Promise<string> {
  return withFile(path, async (file, size) => {
    if (size > maxBytes)
      throw new SoftpostError(code, `${shortPath(path)} has ${size} bytes; at most ${maxBytes} are read`);
    const bytes = new Uint8Array(size);
    const filled = await readAt(file, bytes, 0);
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: keepByteOrderMark }).decode(bytes.subarray(0, filled));
    } catch (cause) {
      throw new SoftpostError(code, `${shortPath(path)} is not valid UTF-8`, { cause });
    }
  });
}

/**
 * The JSON value in a file of at most `maxBytes`, checked by `schema`.
 *
 * @throws SoftpostError FILE_NOT_FOUND; `code` when it is larger, not UTF-8, not JSON or not as `schema` says
 */
export async function readJson<T>(path: string, schema: z.ZodType<T>, limits: ReadLimits): Promise<T> {
  const text = await readText(path, limits);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new SoftpostError(limits.code, `${shortPath(path)} is not valid JSON`, { cause });
  }
  return checkValue(shortPath(path), value, schema, limits.code);
}

/** `value` as `schema` parses it; else SoftpostError `code` with `what`, the place in the value and the first fault. */
export function checkValue<T>(what: string, value: unknown, schema: z.ZodType<T>, code: ErrorCode): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = issue?.path.map((key) => `${quoteName(String(key))}: `).join('');
  throw new SoftpostError(code, `${what}: ${place}${issue?.message}`, { cause: result.error });
}

/** `folder/file`: enough to tell two models apart, and safe to show to the other party, unlike the whole path. */
export function shortPath(path: string): string {
  const absolute = resolve(path);
  return join(basename(dirname(absolute)), basename(absolute));
}

/** A name out of an untrusted file, fit for a message: quoted, control characters escaped, at most 80 characters. */
export function quoteName(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 79)}…` : name);
}
