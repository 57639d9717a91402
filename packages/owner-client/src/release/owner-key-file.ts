/** @file Where the owner's signing key lies. It stays on the site; receipts name its public half. */

import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where the key is: SOFTPOST_OWNER_KEY, or else owner-key.pem in the user's configuration folder (XDG). */
export function signingKeyFile(environment: NodeJS.ProcessEnv = process.env): string {
  const { SOFTPOST_OWNER_KEY: chosen, XDG_CONFIG_HOME: config } = environment;
  return chosen || join(config || join(homedir(), '.config'), 'softpost', 'owner-key.pem');
}
