/** @file Where a provider's own certificates lie, which `softpost-provider tls init` makes. */

import { join } from 'node:path';

export interface TlsFilesOfProvider {
  /** Of the authority: what clients trust. */
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

export function tlsFilesIn(dataDir: string): TlsFilesOfProvider {
  const at = (name: string): string => join(dataDir, 'tls', name);
  return { ca: at('ca.pem'), certificate: at('server.pem'), key: at('server-key.pem') };
}
