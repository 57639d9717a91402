/** @file Writes the public half of the demo's mail for the reference models: node scripts/reference-models/public-mail.ts FOLDER */

import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareMail } from '../../demo/mail.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('expected a folder');
await prepareMail(await mkdtemp(join(tmpdir(), 'softpost-private-')), folder);
