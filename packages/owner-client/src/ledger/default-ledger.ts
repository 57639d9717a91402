/** @file Where the ledger lies when nobody says: one for all runs of a user, as runs that do not know of each other cannot share a budget. */

import { homedir } from 'node:os';
import { join } from 'node:path';

/** SOFTPOST_LEDGER, or `softpost/ledger.sqlite` in the user's state folder (XDG_STATE_HOME, by default `~/.local/state`). Empty is not set. */
export function defaultLedgerFile(environment: NodeJS.ProcessEnv = process.env): string {
  const { SOFTPOST_LEDGER: named, XDG_STATE_HOME: state } = environment;
  return named || join(state || join(homedir(), '.local', 'state'), 'softpost', 'ledger.sqlite');
}
