/** @file The private health report of a tuning run, on request, as a file that says what it is. */
import { relative, resolve } from 'node:path';
import { PRIVATE, refuseExisting, replaceFile } from '@softpost/shared/artifact/atomic-write';
import { SoftpostError } from '@softpost/shared/errors';
import type { TuneOptions } from './tune-options.ts';
import type { LocalHealth } from './tune.ts';

const NOTICE =
  'PRIVATE: computed from single records. Keep it on this site; it is not part of the prompt and must not be sent.';

/** To be asked before the run. @throws FILE_EXISTS, or BAD_OPTION for a place in the prompt folder, which is made to be given away */
export async function refuseHealthFile({ healthFile, outDir }: TuneOptions): Promise<void> {
  if (healthFile === undefined) return;
  const fromPrompt = relative(resolve(outDir), resolve(healthFile));
  if (fromPrompt === '' || !/^\.\.([/\\]|$)/.test(fromPrompt)) {
    throw new SoftpostError('BAD_OPTION', `--health ${healthFile} lies in the prompt folder, and it is private`);
  }
  await refuseExisting(healthFile);
}

/** @throws CANNOT_WRITE */
export async function writeHealth(path: string, health: LocalHealth): Promise<void> {
  await replaceFile(path, `${JSON.stringify({ notice: NOTICE, ...health }, null, 2)}\n`, PRIVATE);
}
