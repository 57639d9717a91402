/** @file For tests: an owner's site in a folder: a tenant of a provider with a key, a client certificate, private records and a run. */

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './programs.fixture.ts';
import { STUDENT, type ClientFiles, type ProviderSite } from './provider-site.fixture.ts';

export interface OwnerSite {
  readonly dir: string;
  readonly configFile: string;
  readonly tenantId: string;
  readonly publicKeyFile: string;
  readonly taskFile: string;
  readonly outDir: string;
  readonly ledgerFile: string;
  /** A command of `softpost-owner` with this site's configuration. */
  readonly command: <Result>(...args: readonly string[]) => Promise<Result>;
}

export interface PrivateRecord {
  readonly text: string;
  readonly label: string;
}

const TASK = {
  name: 'films',
  template: '{text} It was {mask}.',
  labels: [
    { name: 'negative', words: ['bad'] },
    { name: 'positive', words: ['good'] },
  ],
  initText: 'is the film good or bad',
  maxLength: 40,
};

export const PRIVACY = { epsilon: 8, delta: 1e-3, publicSize: 20 };
export const LOTS = { steps: 6, batch: 4, virtualTokens: 4, threads: 1 };
export const TUNING = { ...PRIVACY, ...LOTS };
export const TRANSFER = { datasetId: 'texts', alpha: 0.5, steps: 30, seed: 2 };

export function filmRecords(count: number): readonly PrivateRecord[] {
  const texts = ['a dull and slow plot', 'a great film with heart', 'the worst of the year', 'funny and moving'];
  return Array.from({ length: count }, (_, index) => ({
    text: `${texts[index % texts.length]} ${index}`,
    label: index % 2 ? 'positive' : 'negative',
  }));
}

export interface OwnerOptions {
  readonly records?: readonly PrivateRecord[];
  /** @default TUNING */
  readonly tune?: object;
  /** @default TRANSFER */
  readonly transfer?: object;
  /** Whether the tenant's key is worth nothing without its client certificate. @default true */
  readonly bound?: boolean;
}

/** Takes an owner in and makes its site. The provider must be running. */
export async function createOwnerSite(
  provider: ProviderSite,
  name: string,
  { records = filmRecords(20), tune = TUNING, transfer = TRANSFER, bound = true }: OwnerOptions = {},
): Promise<OwnerSite> {
  const dir = join(provider.dir, '..', `owner-${name}`);
  const at = (file: string): string => join(dir, file);
  await mkdir(dir, { recursive: true });
  const client = ['--dir', join(provider.dir, 'data/tls'), '--name', name, '--out', at('tls')];
  const { certificateDigest } = await run<{ certificateDigest: string }>('provider', 'tls', 'client', ...client);
  const publicKeyFile = at('owner-public.pem');
  const apiKeyFile = at('api-key');
  const init = ['--dir', dir, '--provider', provider.address, '--provider-key', provider.publicKeyFile];
  const tls = ['--ca', provider.caFile, '--certificate', at('tls/client.pem'), '--certificate-key'];
  // The site's key is made with it, and the tenant is made with the key; so the API key comes last.
  const { publicKeyPem } = await run<{ publicKeyPem: string }>(
    'owner',
    'init',
    ...init,
    ...tls,
    at('tls/client-key.pem'),
  );
  await writeFile(publicKeyFile, publicKeyPem);
  const tenant = ['--name', name, '--owner-key', publicKeyFile, ...(bound ? ['--certificate', certificateDigest] : [])];
  const { tenantId } = await provider.operate<{ tenantId: string }>('tenants', 'create', ...tenant);
  await provider.operate('keys', 'create', '--tenant', tenantId, '--out', apiKeyFile);

  await writeFile(at('task.json'), JSON.stringify(TASK));
  await writeFile(at('data.jsonl'), records.map((record) => JSON.stringify(record)).join('\n'));
  const configFile = at('owner.yaml');
  const runPart = {
    student: STUDENT,
    task: 'task.json',
    data: 'data.jsonl',
    out: 'out',
    tune,
    transfer,
  };
  const begun = await readFile(configFile, 'utf8');
  const withKey = begun.replace(/^provider:$/m, 'provider:\n  apiKey: api-key');
  await writeFile(configFile, `${withKey}run: ${JSON.stringify(runPart)}\n`);
  return {
    dir,
    configFile,
    tenantId,
    publicKeyFile,
    taskFile: at('task.json'),
    outDir: at('out'),
    ledgerFile: at('ledger.sqlite'),
    command: (...args) => run('owner', ...args, '--config', configFile),
  };
}

export function ownerFiles({ dir }: OwnerSite): ClientFiles {
  const at = (file: string): string => join(dir, file);
  return { apiKey: at('api-key'), certificate: at('tls/client.pem'), key: at('tls/client-key.pem') };
}
