/** @file Where the provider's signing key lies. */

import { join } from 'node:path';
import type { ProviderConfig } from './config.ts';

export function signingKeyFile({ dataDir }: Pick<ProviderConfig, 'dataDir'>): string {
  return join(dataDir, 'provider-key.pem');
}
