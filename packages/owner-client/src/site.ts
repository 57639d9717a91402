/** @file The owner's site as its steps see it: the configuration, the door to the provider, and what is remembered of both. */

import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { readText } from '@softpost/shared/artifact/read-file';
import { SoftpostError } from '@softpost/shared/errors';
import { readPublicKey } from '@softpost/shared/signature/public-key';
import type { ChannelOptions } from '@softpost/shared/rpc/channel';
import type { OwnerConfig } from './config.ts';
import { openSiteMemory, type SiteMemory } from './durable/site-memory.ts';
import { openEgressRecord } from './egress-record/egress-record.ts';
import { openEgress, type Egress } from './egress.ts';
import { readSecret } from '@softpost/shared/signature/secret-file';

/** An open site. It must be closed, best by `using`. */
export interface Site extends Disposable {
  readonly config: OwnerConfig;
  readonly egress: Egress;
  readonly memory: SiteMemory;
  /** Verifies what the provider signs. */
  readonly providerKey: KeyObject;
}

const CERTIFICATE_LIMITS = { maxBytes: 1 << 20, code: 'BAD_CONFIG' } as const;
const API_KEY = /^[\x21-\x7e]{1,512}$/;

export function egressRecordFile({ stateDir }: OwnerConfig): string {
  return join(stateDir, 'egress.sqlite');
}

/** Nothing is connected yet: the first call does that. @throws SoftpostError FILE_NOT_FOUND, BAD_CONFIG, BAD_KEY, SITE_BUSY, SITE_DAMAGED, EGRESS_DAMAGED, CANNOT_WRITE */
export async function openSite(config: OwnerConfig): Promise<Site> {
  const providerKey = await readPublicKey(config.provider.publicKey);
  const options = await channelOptions(config);
  using opened = new DisposableStack();
  const memory = opened.use(openSiteMemory(join(config.stateDir, 'site.sqlite')));
  const record = opened.use(openEgressRecord(egressRecordFile(config)));
  const egress = opened.use(openEgress(options, record));
  const stack = opened.move();
  return { config, egress, memory, providerKey, [Symbol.dispose]: () => stack.dispose() };
}

async function channelOptions({ provider }: OwnerConfig): Promise<ChannelOptions> {
  const { address, ca, apiKey, certificate, certificateKey } = provider;
  return {
    address,
    ca: ca === undefined ? undefined : Buffer.from(await readText(ca, CERTIFICATE_LIMITS)),
    apiKey: apiKey === undefined ? undefined : await readApiKey(apiKey),
    certificate:
      certificate === undefined || certificateKey === undefined
        ? undefined
        : {
            chain: Buffer.from(await readText(certificate, CERTIFICATE_LIMITS)),
            key: Buffer.from(await readSecret(certificateKey, CERTIFICATE_LIMITS)),
          },
  };
}

async function readApiKey(path: string): Promise<string> {
  const key = (await readSecret(path, { maxBytes: 4096, code: 'BAD_CONFIG' })).trim();
  if (API_KEY.test(key)) return key;
  throw new SoftpostError('BAD_CONFIG', `${path} does not hold an API key in one line`);
}
