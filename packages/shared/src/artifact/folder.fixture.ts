/** @file For tests: `test` with a temporary folder `dir` of its own, and how to expect a SoftpostError. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test as base } from 'vitest';
import { isSoftpostError, type ErrorCode } from '../errors.ts';

export const test = base.extend<{ dir: string }>({
  // oxlint-disable-next-line no-empty-pattern -- vitest reads the names of the fixtures needed from this pattern
  dir: async ({}, use) => {
    const dir = await mkdtemp(join(tmpdir(), 'softpost-'));
    await use(dir);
    await rm(dir, { recursive: true, force: true });
  },
});

/** Expects `action` to be refused with `code` and a message that matches `message`. */
export async function expectRefused(action: Promise<unknown>, code: ErrorCode, message: RegExp): Promise<void> {
  const reason = await action.then(
    () => 'no error',
    (error: unknown) => error,
  );
  expect(isSoftpostError(reason) ? reason.code : reason).toBe(code);
  expect((reason as Error).message).toMatch(message);
}
