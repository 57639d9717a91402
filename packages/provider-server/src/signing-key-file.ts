/** @file Where the provider's signing key lies. */

import { join } from 'node:path';
import type { ProviderConfig } from './config.ts';

export function signingKeyFile({ dataDir, signingKey }: Pick<ProviderConfig, 'dataDir' | 'signingKey'>): string {
  return signingKey ?? join(dataDir, 'provider-key.pem');
}
