/** @file For tests: what goes on in a provider whose server is killed now and then, and what leaves an owner's site, as it happens. */

import { DatabaseSync } from 'node:sqlite';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isSoftpostError } from '@softpost/shared/errors';
import type { Channel } from '@softpost/shared/rpc/channel';
import { encodeRequest } from '@softpost/shared/rpc/definitions';
import type { Job__Output as Job } from '@softpost/shared/rpc/generated/softpost/v1/Job';
import type { JobEvent__Output as JobEvent } from '@softpost/shared/rpc/generated/softpost/v1/JobEvent';
import { isUnavailable } from '@softpost/shared/rpc/is-unavailable';
import { call, connect } from './channel.fixture.ts';
import type { OwnerSite } from './owner-site.fixture.ts';
import type { ProviderSite } from './provider-site.fixture.ts';

/** Asks as the operator until the server answers. A new connection each time: one that failed waits before it tries again. */
export async function asked<Answer>(
  provider: ProviderSite,
  ask: (channel: Channel) => Promise<Answer>,
): Promise<Answer> {
  for (;;) {
    let channel: Channel | undefined;
    try {
      channel = await connect(provider, provider.operatorFiles);
      return await ask(channel);
    } catch (error) {
      // What a server that was killed in the middle of an answer leaves behind.
      const isCutOff = isSoftpostError(error) && ['BAD_ANSWER', 'CANCELLED'].includes(error.code);
      if (!isUnavailable(error) && !isCutOff) throw error;
    } finally {
      channel?.close();
    }
    await sleep(100);
  }
}

/**
 * Follows a job to its end.
 * @returns the job as it ended, and the numbers of its events in the order in which they came
 */
export async function follow(
  provider: ProviderSite,
  jobId: string,
  see: (event: JobEvent) => void,
): Promise<{ readonly job: Job; readonly numbers: readonly number[] }> {
  const numbers: number[] = [];
  const job = await asked(provider, async (channel) => {
    const request = encodeRequest('/softpost.v1.JobService/WatchJob', { jobId, afterEvent: numbers.at(-1) ?? 0 });
    for await (const { event } of channel.stream('/softpost.v1.JobService/WatchJob', request)) {
      numbers.push(event!.number);
      see(event!);
    }
    return (await call(channel, '/softpost.v1.JobService/GetJob', { jobId })).job!;
  });
  return { job, numbers };
}

/** All jobs of the provider. */
export async function jobsOf(provider: ProviderSite): Promise<readonly Job[]> {
  const list = await asked(provider, (channel) => call(channel, '/softpost.v1.JobService/ListJobs', { pageSize: 100 }));
  return list.jobs;
}

/** Looks into the record of what left a site, and tells of every submission that is about to leave. */
export async function watchSubmissions({ dir }: OwnerSite, signal: AbortSignal, see: () => void): Promise<void> {
  const file = join(dir, 'state/egress.sqlite');
  let seen = 0;
  while (!signal.aborted) {
    const count = existsSync(file) ? countSubmissions(file) : 0;
    if (count > seen) see();
    seen = count;
    await sleep(10);
  }
}

function countSubmissions(file: string): number {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const query = database.prepare("SELECT count(*) AS count FROM entry WHERE body LIKE '%CreateTransfer%'");
    return Number(query.get()!['count']);
  } catch {
    // It is just being made.
    return 0;
  } finally {
    database.close();
  }
}
