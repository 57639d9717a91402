/** @file Folders with the keys of TLS: one of the provider with its authority, and one for each client. Nobody else can read the files. */

import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFolder } from '@softpost/shared/artifact/atomic-write';
import type { Digest } from '@softpost/shared/artifact/digest';
import { readText } from '@softpost/shared/artifact/read-file';
import { createAuthority, issueCertificate, pemDigest, type CertifiedKey } from './certificates.ts';

const AUTHORITY_DAYS = 3650;

export interface ServerFolderOptions {
  /** Names and IP addresses that clients know the provider by. */
  readonly hosts: readonly string[];
  readonly days: number;
}

/** Makes the folder with `ca.pem`, `ca-key.pem`, `server.pem`, `server-key.pem`. @throws FILE_EXISTS, CANNOT_WRITE */
export async function createServerFolder(dir: string, { hosts, days }: ServerFolderOptions): Promise<void> {
  const authority = await createAuthority('softpost authority', { days: AUTHORITY_DAYS });
  const server = await issueCertificate(authority, { kind: 'server', hosts }, { days });
  await writeFiles(dir, {
    'ca.pem': authority.certificate,
    'ca-key.pem': authority.key,
    'server.pem': server.certificate,
    'server-key.pem': server.key,
  });
}

export interface ClientFolderOptions {
  /** The folder that `createServerFolder` made. */
  readonly serverDir: string;
  readonly name: string;
  readonly days: number;
}

/**
 * Makes the folder that a client is given: `ca.pem`, `client.pem`, `client-key.pem`.
 * @returns the digest that a tenant can be bound to
 * @throws FILE_NOT_FOUND, FILE_EXISTS, CANNOT_WRITE
 */
export async function createClientFolder(dir: string, { serverDir, name, days }: ClientFolderOptions): Promise<Digest> {
  const authority = await readAuthority(serverDir);
  const client = await issueCertificate(authority, { kind: 'client', name }, { days });
  await writeFiles(dir, {
    'ca.pem': authority.certificate,
    'client.pem': client.certificate,
    'client-key.pem': client.key,
  });
  return pemDigest(client.certificate);
}

async function readAuthority(dir: string): Promise<CertifiedKey> {
  const limits = { maxBytes: 1 << 16, code: 'BAD_KEY' } as const;
  return {
    certificate: await readText(join(dir, 'ca.pem'), limits),
    key: await readText(join(dir, 'ca-key.pem'), limits),
  };
}

async function writeFiles(dir: string, files: Readonly<Record<string, string>>): Promise<void> {
  await writeFolder(dir, async (temporary) => {
    await chmod(temporary, 0o700);
    for (const [name, text] of Object.entries(files)) await writeFile(join(temporary, name), text, { mode: 0o600 });
  });
}
