/** @file For tests: a site with a configuration of its own, connected to a peer. */

import { createPublicKey } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@softpost/shared/artifact/folder.fixture';
import { providerKey } from '@softpost/shared/manifest/manifest.fixture';
import { onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { readConfig } from './config.ts';
import type { Peer } from './provider.fixture.ts';
import { openSite, type Site } from './site.ts';

/** Writes a configuration for `peer`, with all files in one new folder. @param more further keys, such as `run` */
export async function writeConfig(peer: Pick<Peer, 'address' | 'ca'>, more: object = {}): Promise<string> {
  const dir = await temporaryFolder();
  const config = {
    provider: { address: peer.address, publicKey: 'provider.pem', ca: 'ca.pem', apiKey: 'api-key' },
    key: 'owner-key.pem',
    ledger: 'ledger.sqlite',
    state: 'state',
    ...more,
  };
  await writeFile(join(dir, 'provider.pem'), createPublicKey(providerKey).export({ type: 'spki', format: 'pem' }));
  await writeFile(join(dir, 'ca.pem'), peer.ca);
  await writeFile(join(dir, 'api-key'), 'spk_test_secret\n', { mode: 0o600 });
  await writeFile(join(dir, 'owner.yaml'), stringify(config));
  return join(dir, 'owner.yaml');
}

/** A site that is open until the test ends. */
export async function siteOf(peer: Pick<Peer, 'address' | 'ca'>, configFile?: string): Promise<Site> {
  const site = await openSite(await readConfig(configFile ?? (await writeConfig(peer)), {}));
  onTestFinished(() => site[Symbol.dispose]());
  return site;
}
