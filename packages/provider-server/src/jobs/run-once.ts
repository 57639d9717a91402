/** @file The computation of a job, whose result is not lost when the process dies between its end and the end of the job. */

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { replaceFile } from '@softpost/shared/artifact/atomic-write';
import { isThere, readJson } from '@softpost/shared/artifact/read-file';

const MAX_REPORT_BYTES = 64 << 20;

/**
 * Calls `compute` to make the folder `dir/out` and keeps its report beside it, or gives the report that was kept. A folder without
 * a report is from an attempt that died in between; it is made again, and comes out the same.
 */
export async function runOnce<Report extends object>(
  dir: string,
  compute: (outDir: string) => Promise<Report>,
): Promise<Report> {
  const [outDir, reportFile] = [join(dir, 'out'), join(dir, 'report.json')];
  if (await isThere(reportFile)) {
    const limits = { maxBytes: MAX_REPORT_BYTES, code: 'BAD_CHECKPOINT' } as const;
    return (await readJson(reportFile, z.record(z.string(), z.json()), limits)) as Report;
  }
  await rm(outDir, { recursive: true, force: true });
  const report = await compute(outDir);
  await replaceFile(reportFile, JSON.stringify(report));
  return report;
}
