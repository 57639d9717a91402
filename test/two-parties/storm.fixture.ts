/** @file For tests: the whole flow of both parties, while their processes are killed as a plan says. */

import type { RunReport } from '@softpost/owner-client/run/run';
import type { JobEvent__Output as JobEvent } from '@softpost/shared/rpc/generated/softpost/v1/JobEvent';
import { seededRandom } from '@softpost/shared/seeded-random';
import { expect } from 'vitest';
import { call } from './channel.fixture.ts';
import { asked, follow, jobsOf, watchSubmissions } from './follow.fixture.ts';
import { keepServing, kill, killComputeOf, runUntilDone, strikesAt, type Strikes } from './kill.fixture.ts';
import type { OwnerSite } from './owner-site.fixture.ts';
import type { Ending, Running } from './programs.fixture.ts';
import { DISTILLATION, STUDENT, TEACHER, type ProviderSite } from './provider-site.fixture.ts';

/** How often each part of the work is struck. */
export type StormPlan = Readonly<
  Record<'start' | 'distil' | 'publish' | 'fetch' | 'tune' | 'submit' | 'watch' | 'transfer', number>
>;

type Strike = (random: () => number) => boolean;

export interface Storm {
  /** Fails also when the server ends that nobody killed. */
  readonly during: <T>(work: () => Promise<T>) => Promise<T>;
  readonly distilAndPublish: (steps: number) => Promise<void>;
  /** `softpost-owner run`, again and again until it succeeds. */
  readonly runOwner: (site: OwnerSite, number: number) => Promise<RunReport>;
  /** Waits for so many transfers and their ends. */
  readonly followTransfers: (count: number) => Promise<void>;
  /** Strikes that have found something to kill. */
  readonly kills: () => number;
  readonly report: () => object;
  /** Ends the server as an operator does. */
  readonly stop: () => Promise<Ending>;
  readonly abandon: () => void;
}

/** Starts the server, and the storm with it. The same seed strikes at the same points of the work. */
export function startStorm(provider: ProviderSite, plan: StormPlan, seed: number): Storm {
  const all: Record<string, Strikes> = {};
  const parts = Object.keys(plan);
  /**
   * @param lateMs how long after its point a strike comes at most: as long as what it is meant for is still going on
   * @param number of several of a kind
   */
  const strikes = (part: keyof StormPlan, lateMs: number, strike: Strike, number = 0): Strikes => {
    const random = seededRandom(10_000 * seed + 100 * parts.indexOf(part) + number);
    return (all[`${part} ${number}`] = strikesAt(random, plan[part], lateMs, () => strike(random)));
  };

  const starting = strikes('start', 1500, () => killServer());
  const server = keepServing(provider.configFile, () => starting.see(1));
  const killServer = (): boolean => kill(server.current());
  /** The compute process of the job, or where there is none the whole server. */
  const killJob: Strike = (random) => (random() < 0.4 && killComputeOf(server.current())) || killServer();

  const followed = async (jobId: string, strike: Strikes, share: (event: JobEvent) => number): Promise<void> => {
    const { job, numbers } = await follow(provider, jobId, (event) => strike.see(share(event)));
    expect(job.state, JSON.stringify(job)).toBe('JOB_STATE_SUCCEEDED');
    expect(numbers, 'each event once').toEqual(numbers.map((_, index) => index + 1));
  };
  /** What is done of the longest phase; all before it is the beginning. */
  const shareOf =
    (longest: string) =>
    ({ phase, step, steps }: JobEvent): number =>
      phase === longest ? step / steps : 0;

  return {
    during: (work) => Promise.race([work(), server.broken]),

    distilAndPublish: async (steps) => {
      const names = { teacherId: TEACHER, datasetId: 'texts', studentId: STUDENT, idempotencyKey: 'distil' };
      const layers = DISTILLATION.layers.split(',').map(Number);
      const request = { ...names, layers, seed: Number(DISTILLATION.seed), steps };
      const { job } = await asked(provider, (channel) =>
        call(channel, '/softpost.v1.AdminService/CreateDistillation', request),
      );
      const { jobId } = job!;
      await followed(jobId, strikes('distil', 500, killJob), shareOf('distill'));
      const publication = await asked(provider, (channel) =>
        call(channel, '/softpost.v1.AdminService/PublishStudent', { jobId, idempotencyKey: 'publish' }),
      );
      await followed(publication.job!.jobId, strikes('publish', 300, killServer), () => 1);
    },

    runOwner: async (site, number) => {
      let owner: Running | undefined;
      const killOwner = (): boolean => owner !== undefined && kill(owner);
      const killTuning: Strike = (random) =>
        random() < 0.5 ? killOwner() : owner !== undefined && killComputeOf(owner);
      const killEither: Strike = (random) => (random() < 0.6 ? killOwner() : killServer());
      const watching = strikes('watch', 500, killOwner, number);
      const byPhase: Readonly<Record<string, Strikes>> = {
        'fetch (MiB)': strikes('fetch', 5, killEither, number),
        tune: strikes('tune', 100, killTuning, number),
        references: watching,
        transfer: watching,
      };
      const submitting = strikes('submit', 60, killEither, number);
      const submitted = new AbortController();
      const submissions = watchSubmissions(site, submitted.signal, () => submitting.see(1));
      const report = await runUntilDone(
        ['run', '--config', site.configFile],
        (process) => (owner = process),
        ({ phase, step, steps }) => byPhase[String(phase)]?.see(Number(step) / Number(steps)),
      );
      submitted.abort();
      await submissions;
      return report as RunReport;
    },

    followTransfers: async (count) => {
      const following = new Map<string, Promise<void>>();
      while (following.size < count) {
        for (const { jobId, kind } of await jobsOf(provider)) {
          if (kind !== 'JOB_KIND_TRANSFER' || following.has(jobId)) continue;
          following.set(jobId, followed(jobId, strikes('transfer', 500, killJob, following.size), shareOf('transfer')));
        }
      }
      await Promise.all(following.values());
    },

    kills: () => Object.values(all).reduce((sum, { done }) => sum + done(), 0),
    report: () => Object.fromEntries(Object.entries(all).map(([part, { done }]) => [part, done()])),
    stop: async () => {
      await server.current().serves;
      return server.stop();
    },
    abandon: () => void killServer(),
  };
}
