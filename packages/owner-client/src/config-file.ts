/** @file Where the configuration is when nobody says. */

import { homedir } from 'node:os';
import { join } from 'node:path';

/** SOFTPOST_CONFIG, or owner.yaml in the user's configuration folder (XDG). */
export function defaultConfigFile(environment: NodeJS.ProcessEnv = process.env): string {
  const { SOFTPOST_CONFIG: chosen, XDG_CONFIG_HOME: config } = environment;
  return chosen || join(config || join(homedir(), '.config'), 'softpost', 'owner.yaml');
}
