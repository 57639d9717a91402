/** @file JobService: jobs and their history. Owners see their own, operators all. */

import type { ServiceOf } from '@softpost/shared/rpc/methods';
import type { CallContext } from '../gate.ts';
import type { Jobs } from '../../jobs/jobs.ts';
import { eventMessage, jobMessage } from '../messages.ts';

export function jobService(jobs: Jobs): ServiceOf<'JobService', CallContext> {
  return {
    GetJob: async ({ jobId }, { caller: { tenant } }) => ({
      job: jobMessage(await jobs.get(tenant?.id ?? null, jobId)),
    }),
    ListJobs: async (request, { caller: { tenant } }) => {
      const { rows, nextPageToken } = await jobs.list(tenant?.id ?? null, request);
      return { jobs: rows.map(jobMessage), nextPageToken };
    },
    WatchJob: async function* ({ jobId, afterEvent }, { caller: { tenant }, signal }) {
      const events = jobs.watch(tenant?.id ?? null, jobId, afterEvent, signal);
      for await (const event of events) yield { event: eventMessage(event) };
    },
    CancelJob: async ({ jobId }, { caller: { tenant } }) => ({
      job: jobMessage(await jobs.cancel(tenant?.id ?? null, jobId)),
    }),
  };
}
