/** @file The student of the benchmarks on real text: two layers of the teacher, distilled on books and public texts. */

import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { distill } from '@softpost/provider-server/distill/distill';
import { DISTILL_DEFAULTS } from '@softpost/provider-server/distill/distill-options';
import type { StepContext } from '../../demo/private-transfer.ts';
import { writeCorpus } from './pairs.ts';

const SETTINGS = { layers: [0, 7], steps: 250, batch: 8, length: 64, learningRate: 2e-3, seed: 1 } as const;

/** The student in `folder/student`, made if it is not there; gives its path. */
export async function benchStudent(
  teacherDir: string,
  folder: string,
  threads: number | undefined,
  context: StepContext,
): Promise<string> {
  const outDir = join(folder, 'student');
  if (existsSync(outDir)) return outDir;
  await mkdir(folder, { recursive: true });
  const corpusFile = join(folder, 'corpus.txt');
  await writeCorpus(corpusFile);
  const options = { ...DISTILL_DEFAULTS, ...SETTINGS, teacherDir, corpusFile, outDir, threads };
  const { heldOut } = await distill(options, context);
  console.log(JSON.stringify({ distilled: heldOut }));
  return outDir;
}
