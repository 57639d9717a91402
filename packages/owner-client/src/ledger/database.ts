/** @file SQLite as the ledger and its key file use it. */

import { sqliteWith } from '../durable/sqlite.ts';

export const { openDatabase, exclusively, withFaults } = sqliteWith({ busy: 'LEDGER_BUSY', damaged: 'LEDGER_DAMAGED' });
