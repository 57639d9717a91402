/** @file A process that takes a folder or an embedded database, says so, and keeps it until it is killed. */

import { openDatabase } from './database.ts';
import { lockFolder } from './folder-lock.ts';

const [what, dir] = process.argv.slice(2) as [string, string];
try {
  if (what === 'folder') lockFolder(dir);
  else await openDatabase({ dataDir: dir });
  process.stdout.write('held\n');
  setInterval(() => undefined, 1000);
} catch (error) {
  process.stdout.write(`${(error as { readonly code: string }).code}\n`);
}
