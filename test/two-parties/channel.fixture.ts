/** @file For tests: connections to a provider, as its clients make them. */

import { readFile } from 'node:fs/promises';
import { openChannel, type Channel } from '@softpost/shared/rpc/channel';
import { encodeRequest } from '@softpost/shared/rpc/definitions';
import type { AnswerOf, MethodPath, RequestOf } from '@softpost/shared/rpc/methods';
import { onTestFinished } from 'vitest';
import { ownerFiles, type OwnerSite } from './owner-site.fixture.ts';
import type { ClientFiles, ProviderSite } from './provider-site.fixture.ts';

export async function connect({ address, caFile }: ProviderSite, files: ClientFiles): Promise<Channel> {
  return openChannel({
    address,
    ca: await readFile(caFile),
    apiKey: await readSecret(files.apiKey),
    certificate: { chain: await readFile(files.certificate), key: await readFile(files.key) },
  });
}

/** A connection as an owner's program makes it, open until the test ends. */
export async function channelOf(provider: ProviderSite, site: OwnerSite): Promise<Channel> {
  const channel = await connect(provider, ownerFiles(site));
  onTestFinished(() => channel.close());
  return channel;
}

export async function readSecret(file: string): Promise<string> {
  return (await readFile(file, 'utf8')).trim();
}

export function call<Path extends MethodPath>(
  channel: Channel,
  path: Path,
  request: RequestOf<Path>,
): Promise<AnswerOf<Path>> {
  return channel.unary(path, encodeRequest(path, request));
}
