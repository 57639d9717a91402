/**
 * @file Both parties with processes that are killed (kill -9) at seeded random points of all that takes long: distillation, download, tuning,
 * submission, transfer. At the end nothing is lost, nothing is doubled, and every result is, bit for bit, that of a run that nobody disturbed.
 * More than fifty kills where SOFTPOST_CHAOS is set, a dozen elsewhere; SOFTPOST_CHAOS_SEED gives other points.
 */

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BudgetReport } from '@softpost/owner-client/ledger/budget-report';
import type { EgressEntry } from '@softpost/owner-client/egress-record/egress-record';
import type { RunReport } from '@softpost/owner-client/run/run';
import { seededRandom } from '@softpost/shared/seeded-random';
import { expect, test } from 'vitest';
import { call } from './two-parties/channel.fixture.ts';
import { asked, follow, jobsOf, watchSubmissions } from './two-parties/follow.fixture.ts';
import { keepServing, kill, killComputeOf, runUntilDone, strikesAt, type Strikes } from './two-parties/kill.fixture.ts';
import { createOwnerSite, TUNING, type OwnerSite } from './two-parties/owner-site.fixture.ts';
import { run, type Running } from './two-parties/programs.fixture.ts';
import { createProviderSite, DISTILLATION, STUDENT, TEACHER } from './two-parties/provider-site.fixture.ts';

const seed = Number(process.env['SOFTPOST_CHAOS_SEED'] ?? 1);
const inFull = Boolean(process.env['SOFTPOST_CHAOS']);
/** How often each is struck; fetch, tune, submit, watch and transfer by each owner. */
const COUNTS = inFull
  ? { distil: 10, fetch: 4, tune: 6, submit: 3, watch: 2, transfer: 8, fewest: 50 }
  : { distil: 3, fetch: 1, tune: 3, submit: 1, watch: 1, transfer: 3, fewest: 10 };
const DISTIL_STEPS = 410;
const TRANSFER = { datasetId: 'texts', alpha: 0.5, steps: 120, seed: 2 };
const TUNE_STEPS = 60;
const WEIGHTS = 'adapter_model.safetensors';

type Line = Readonly<Record<string, unknown>>;

test.runIf(process.platform === 'linux')(
  `killed again and again, all goes on as if nothing had happened (seed ${seed})`,
  { timeout: 30 * 60_000 },
  async ({ onTestFinished }) => {
    const root = await mkdtemp(join(tmpdir(), 'softpost-chaos-'));
    onTestFinished(() => rm(root, { recursive: true, force: true }));
    const random = seededRandom(seed);
    const struck: Record<string, Strikes> = {};
    const strikes = (name: string, count: number, lateMs: number, strike: () => boolean): Strikes =>
      (struck[name] = strikesAt(random, count, lateMs, strike));

    const provider = await createProviderSite(join(root, 'provider'), {
      config: { privacy: { allowWithoutDp: true } },
      paddingBytes: 16 << 20,
    });
    const first = await provider.start();
    const privateRun = { tune: { ...TUNING, steps: TUNE_STEPS }, transfer: TRANSFER };
    const { batch, virtualTokens, threads } = TUNING;
    const tune = { steps: TUNE_STEPS, batch, virtualTokens, threads };
    // Without privacy nothing is random, so that the tuned prompt too can be compared.
    const openRun = { tune: { ...tune, dp: false }, transfer: TRANSFER };
    const owners = [await createOwnerSite(provider, 'private', privateRun)];
    const open = inFull ? await createOwnerSite(provider, 'open', openRun) : undefined;
    if (open) owners.push(open);
    kill(first);
    await first.ended;

    const server = keepServing(provider.configFile);
    onTestFinished(() => void kill(server.current()));
    const killServer = (): boolean => kill(server.current());
    /** The job's compute process, or where there is none the whole server. */
    const killJob = (): boolean => (random() < 0.4 && killComputeOf(server.current())) || killServer();

    const distilAndPublish = async (): Promise<void> => {
      const strike = strikes('distil', COUNTS.distil, 500, killJob);
      const names = { teacherId: TEACHER, datasetId: 'texts', studentId: STUDENT };
      const how = { layers: DISTILLATION.layers.split(',').map(Number), seed: Number(DISTILLATION.seed) };
      const { job } = await asked(provider, (channel) =>
        call(channel, '/softpost.v1.AdminService/CreateDistillation', {
          ...names,
          ...how,
          steps: DISTIL_STEPS,
          idempotencyKey: 'distil',
        }),
      );
      await followed(job!.jobId, strike);
      const publish = { idempotencyKey: 'publish', jobId: job!.jobId };
      const publication = await asked(provider, (channel) =>
        call(channel, '/softpost.v1.AdminService/PublishStudent', publish),
      );
      const strikePublication = strikes('publish', 1, 300, killJob);
      await followed(publication.job!.jobId, strikePublication);
    };

    const followed = async (jobId: string, strike: Strikes): Promise<void> => {
      const { job, numbers } = await follow(provider, jobId, ({ step, steps }) =>
        strike.see(steps === 0 ? 0 : step / steps),
      );
      expect(job.state, JSON.stringify(job)).toBe('JOB_STATE_SUCCEEDED');
      expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    };

    const runOwner = async (site: OwnerSite): Promise<RunReport> => {
      let owner: Running | undefined;
      const killOwner = (): boolean => owner !== undefined && kill(owner);
      const name = (phase: string): string => `${phase} ${site.dir.split('-').at(-1)}`;
      const fetching = strikes(name('fetch'), COUNTS.fetch, 30, () => (random() < 0.7 ? killOwner() : killServer()));
      const tuning = strikes(name('tune'), COUNTS.tune, 100, () =>
        random() < 0.5 ? killOwner() : owner !== undefined && killComputeOf(owner),
      );
      const submitting = strikes(name('submit'), COUNTS.submit, 60, () =>
        random() < 0.6 ? killOwner() : killServer(),
      );
      const watching = strikes(name('watch'), COUNTS.watch, 500, killOwner);
      const byPhase: Readonly<Record<string, Strikes>> = {
        'fetch (MiB)': fetching,
        tune: tuning,
        references: watching,
        transfer: watching,
      };
      const onLine = ({ phase, step, steps }: Line): void => byPhase[String(phase)]?.see(Number(step) / Number(steps));
      const stop = new AbortController();
      const submissions = watchSubmissions(site, stop.signal, () => submitting.see(1));
      const report = await runUntilDone(['run', '--config', site.configFile], (process) => (owner = process), onLine);
      stop.abort();
      await submissions;
      return report as RunReport;
    };

    const followTransfers = async (): Promise<void> => {
      const following = new Map<string, Promise<void>>();
      while (following.size < owners.length) {
        for (const { jobId, kind } of await jobsOf(provider)) {
          if (kind !== 'JOB_KIND_TRANSFER' || following.has(jobId)) continue;
          const strike = strikes(`transfer ${following.size}`, COUNTS.transfer, 500, killJob);
          following.set(jobId, followed(jobId, strike));
        }
      }
      await Promise.all(following.values());
    };

    const flow = async (): Promise<readonly RunReport[]> => {
      await distilAndPublish();
      const [reports] = await Promise.all([Promise.all(owners.map(runOwner)), followTransfers()]);
      return reports;
    };
    const began = Date.now();
    const reports = await Promise.race([flow(), server.broken]);
    console.log(
      (Date.now() - began) / 1000,
      Object.fromEntries(Object.entries(struck).map(([name, { done }]) => [name, done()])),
    );
    const kills = Object.values(struck).reduce((sum, { done }) => sum + done(), 0);
    expect(kills).toBeGreaterThanOrEqual(COUNTS.fewest);

    await server.current().serves;
    const jobs = await jobsOf(provider);
    expect(jobs.map(({ kind, state }) => `${kind} ${state}`).sort()).toEqual(
      ['DISTILL', 'PUBLISH', ...owners.map(() => 'TRANSFER')].map((kind) => `JOB_KIND_${kind} JOB_STATE_SUCCEEDED`),
    );
    const undisturbed = join(root, 'undisturbed');
    const student = `${undisturbed}-student`;
    const distillation = ['--teacher', provider.teacherDir, '--corpus', provider.publicFile, '--threads', '1'];
    const { layers, seed: distilSeed } = DISTILLATION;
    const how = ['--layers', layers, '--seed', distilSeed, '--steps', String(DISTIL_STEPS)];
    await run('provider', 'distill', ...distillation, ...how, '--out', student);

    for (const [index, site] of owners.entries()) {
      const { studentDir, studentPromptDir, promptDir, promptId } = reports[index]!;
      expect(await same(studentDir, student, 'model.safetensors')).toBe(true);
      const { prompts } = await site.command<{ prompts: readonly { promptId: string }[] }>('prompts', 'list');
      expect(prompts.map((prompt) => prompt.promptId)).toEqual([promptId]);
      expect((await readdir(site.outDir)).toSorted()).toEqual(['prompt', 'run.json', 'student-prompt']);
      const { entries } = await site.command<{ entries: readonly EgressEntry[] }>('egress');
      const submissions = entries.filter(({ method }) => method.endsWith('/CreateTransfer'));
      expect(new Set(submissions.map(({ digest }) => digest)).size).toBe(1);
      const { dataSets } = await run<BudgetReport>('owner', 'budget', '--ledger', site.ledgerFile);
      expect(dataSets.map(({ runs }) => runs.map(({ state }) => state))).toEqual([['closed']]);

      const prompt = `${undisturbed}-${index}`;
      const models = ['--teacher', provider.teacherDir, '--student', student, '--public', provider.publicFile];
      const asAsked = [
        '--alpha',
        String(TRANSFER.alpha),
        '--steps',
        String(TRANSFER.steps),
        '--seed',
        String(TRANSFER.seed),
      ];
      const from = ['--prompt', studentPromptDir, '--task', site.taskFile, '--threads', '1'];
      await run('provider', 'transfer', ...models, ...from, ...asAsked, '--out', prompt);
      expect(await same(promptDir, prompt, WEIGHTS)).toBe(true);
    }
    if (open !== undefined) {
      const calm = await createOwnerSite(provider, 'calm', openRun);
      const calmRun = await calm.command<RunReport>('run');
      const [disturbed] = reports.slice(1);
      expect(await same(disturbed!.studentPromptDir, calmRun.studentPromptDir, WEIGHTS)).toBe(true);
      expect(await same(disturbed!.promptDir, calmRun.promptDir, WEIGHTS)).toBe(true);
    }
    expect((await server.stop()).status).toBe(0);
  },
);

async function same(dir: string, otherDir: string, name: string): Promise<boolean> {
  return (await readFile(join(dir, name))).equals(await readFile(join(otherDir, name)));
}
