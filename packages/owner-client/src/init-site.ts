/** @file A new site: its configuration file, and the key that signs what it submits. */

import { dirname, join, relative, resolve } from 'node:path';
import { replaceFile } from '@softpost/shared/artifact/atomic-write';
import { isThere } from '@softpost/shared/artifact/read-file';
import { SoftpostError } from '@softpost/shared/errors';
import { stringify } from 'yaml';
import { checkConfig } from './config.ts';
import { createSecret } from '@softpost/shared/signature/secret-file';
import { ensureSigningKey, publicHalf, type PublicHalf } from '@softpost/shared/signature/signing-key';
import { signingKeyFile } from './release/owner-key-file.ts';

export interface InitOptions {
  /** Folder for everything; without it, the configuration goes to `configFile` and the rest to the user's folders. */
  readonly dir: string | undefined;
  readonly configFile: string;
  readonly address: string;
  readonly providerKey: string;
  readonly ca?: string | undefined;
  readonly apiKey?: string | undefined;
  readonly certificate?: string | undefined;
  readonly certificateKey?: string | undefined;
}

export interface InitReport extends PublicHalf {
  readonly configFile: string;
  /** The public half of the key, to give away. */
  readonly publicKeyFile: string;
  /** Where the API key is missing that the configuration names. */
  readonly missingApiKey: string | undefined;
  /** Lines for a shell, where other commands would not find the files by themselves. */
  readonly environment: readonly string[];
}

/** @throws SoftpostError FILE_EXISTS; FILE_NOT_FOUND, BAD_CONFIG for what is named but not there or not right: then nothing is made; CANNOT_WRITE */
export async function initSite({ dir, ...options }: InitOptions): Promise<InitReport> {
  const configFile = dir === undefined ? options.configFile : join(dir, 'owner.yaml');
  if (await isThere(configFile)) throw new SoftpostError('FILE_EXISTS', `${configFile} exists already`);
  const { providerKey, ca, apiKey, certificate, certificateKey } = options;
  const named = { publicKey: providerKey, ca, apiKey, certificate, certificateKey };
  const files: Record<string, string> = {};
  for (const [key, file] of Object.entries(named)) {
    if (file === undefined) continue;
    // The provider makes it only for an owner whose public key it has.
    const comesLater = key === 'apiKey';
    if (!comesLater && !(await isThere(file)))
      throw new SoftpostError('FILE_NOT_FOUND', `${file}: there is no such file`);
    files[key] = fromFolder(dirname(configFile), file);
  }
  const here = dir === undefined ? undefined : { key: 'owner-key.pem', ledger: 'ledger.sqlite', state: 'state' };
  const config = { provider: { address: options.address, ...files }, ...here };
  checkConfig(configFile, config);
  await createSecret(configFile, stringify(config));
  const keyFile = dir === undefined ? signingKeyFile() : join(dir, 'owner-key.pem');
  const key = await ensureSigningKey(keyFile, () => undefined);
  const half = publicHalf(keyFile, key);
  const publicKeyFile = join(dirname(configFile), 'owner-public.pem');
  await replaceFile(publicKeyFile, half.publicKeyPem);
  const missingApiKey = apiKey === undefined || (await isThere(apiKey)) ? undefined : apiKey;
  return { configFile, ...half, publicKeyFile, missingApiKey, environment: environmentOf(dir) };
}

/** Files inside the folder by their relative path, so that the folder can be moved; others by their absolute one. */
function fromFolder(folder: string, file: string): string {
  const path = relative(resolve(folder), resolve(file));
  return path.startsWith('..') ? resolve(file) : path;
}

function environmentOf(dir: string | undefined): readonly string[] {
  if (dir === undefined) return [];
  const files = {
    SOFTPOST_CONFIG: 'owner.yaml',
    SOFTPOST_OWNER_KEY: 'owner-key.pem',
    SOFTPOST_LEDGER: 'ledger.sqlite',
  };
  return Object.entries(files).map(([name, file]) => `export ${name}='${join(resolve(dir), file)}'`);
}
