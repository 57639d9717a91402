/** @file Following a job to its end, over whatever happens to the connection meanwhile. */

import { isOver, type Job } from '../answers.ts';
import type { Egress } from '../egress.ts';
import type { Id } from '../ids.ts';
import { outlast, type OutlastContext } from './outlast.ts';

/**
 * Shows a job's events from the first on, each once and in order, and gives the job when it is over. A lost connection is tried again until it is there.
 * @throws the reason of `signal` when it is aborted, and the job itself goes on; SoftpostError UNKNOWN_ID, BAD_ANSWER
 */
export async function watchJob(egress: Egress, jobId: Id, context: OutlastContext): Promise<Job> {
  let shown = 0;
  return outlast(async (madeProgress) => {
    for await (const event of egress.watchJob(jobId, shown, context.signal)) {
      // A provider that repeats an event, or goes back, is not followed.
      if (event.number <= shown) continue;
      shown = event.number;
      madeProgress();
      if (event.shown) context.report(event.shown);
    }
    const job = await egress.getJob(jobId);
    return isOver(job) ? job : undefined;
  }, context);
}
