/** @file The images of both parties, as the Dockerfile makes them. */

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Engine } from './engine.ts';

const root = join(import.meta.dirname, '../..');
const OFFICIAL_BASE = 'node:24-bookworm-slim';
const OWN_BASE = 'softpost-base:test';

/** Of the images. Where SOFTPOST_TAG is set, they are there already. */
export const TAG = process.env['SOFTPOST_TAG'] || 'test';

export async function buildImages(engine: Engine): Promise<void> {
  if (process.env['SOFTPOST_TAG']) return;
  const base = await baseImage(engine);
  for (const party of ['owner', 'provider']) {
    // Packages come by the host's network.
    const args = ['--network=host', '--build-arg', `BASE_IMAGE=${base}`, '--target', party];
    await engine.docker(['build', ...args, '-t', `softpost-${party}:${TAG}`, root], { timeoutMs: 900_000 });
  }
}

/** The official image where it is or can be pulled; else one of this machine's own files. */
async function baseImage({ docker, environment, isOwn }: Engine): Promise<string> {
  const given = process.env['BASE_IMAGE'];
  if (given) return given;
  const succeeds = (...args: readonly string[]): Promise<boolean> =>
    docker(args, { timeoutMs: 120_000 }).then(
      () => true,
      () => false,
    );
  const isThere =
    !isOwn && ((await succeeds('image', 'inspect', OFFICIAL_BASE)) || (await succeeds('pull', OFFICIAL_BASE)));
  if (isThere) return OFFICIAL_BASE;
  const script = join(import.meta.dirname, 'make-base.sh');
  await promisify(execFile)(script, [OWN_BASE, process.execPath], { env: environment, timeout: 120_000 });
  return OWN_BASE;
}
