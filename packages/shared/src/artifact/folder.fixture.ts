/** @file For tests: temporary folders, and what to expect of a refusal. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import type { ErrorCode } from '../errors.ts';

/** An empty folder that goes when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'softpost-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

/** What `expect(action).rejects.toMatchObject` wants to see of a SoftpostError. */
export function refusal(code: ErrorCode, message: RegExp): object {
  return { name: 'SoftpostError', code, message: expect.stringMatching(message) as unknown };
}
