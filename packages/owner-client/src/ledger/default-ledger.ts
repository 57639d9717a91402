/** @file Where the ledger lies when nobody says: one for all runs of a user, as runs that do not know of each other cannot share a budget. */

import { homedir } from 'node:os';
import { join } from 'node:path';

/** SOFTPOST_STATE, or `softpost` in the user's state folder (XDG_STATE_HOME, by default `~/.local/state`). */
export function stateFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const { SOFTPOST_STATE: named, XDG_STATE_HOME: state } = environment;
  return named || join(state || join(homedir(), '.local', 'state'), 'softpost');
}

/** SOFTPOST_LEDGER, or `ledger.sqlite` in the state folder. */
export function defaultLedgerFile(environment: NodeJS.ProcessEnv = process.env): string {
  return environment['SOFTPOST_LEDGER'] || join(stateFolder(environment), 'ledger.sqlite');
}
