/**
 * @file Both parties with processes that are killed (kill -9) at seeded random points of all that takes long: starting, distillation, publication,
 * download, tuning, submission, transfer. At the end nothing is lost, nothing is doubled, and every result is, bit for bit, that of a run that nobody
 * disturbed. More than fifty kills where CI or SOFTPOST_CHAOS is set, a dozen elsewhere; SOFTPOST_CHAOS_SEED gives other points.
 */

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EgressEntry } from '@softpost/owner-client/egress-record/egress-record';
import type { BudgetReport } from '@softpost/owner-client/ledger/budget-report';
import type { RunReport } from '@softpost/owner-client/run/run';
import { expect, test } from 'vitest';
import { jobsOf } from './two-parties/follow.fixture.ts';
import { createOwnerSite, LOTS, PRIVACY, type OwnerSite } from './two-parties/owner-site.fixture.ts';
import { run } from './two-parties/programs.fixture.ts';
import { createProviderSite, DISTILLATION, type ProviderSite } from './two-parties/provider-site.fixture.ts';
import { startStorm } from './two-parties/storm.fixture.ts';

const seed = Number(process.env['SOFTPOST_CHAOS_SEED'] ?? 1);
const isFull = Boolean(process.env['CI'] || process.env['SOFTPOST_CHAOS']);
/** How often each is struck; what an owner does, for each of them. */
const PLAN = isFull
  ? { start: 6, distil: 8, publish: 1, fetch: 4, tune: 8, submit: 2, watch: 2, transfer: 8 }
  : { start: 1, distil: 2, publish: 1, fetch: 1, tune: 3, submit: 1, watch: 1, transfer: 2 };
/** A few find nothing to kill: what they were meant for is over. */
const FEWEST_KILLS = isFull ? 50 : 10;
const MINUTE = 60_000;

const DISTIL_STEPS = 410;
const TRANSFER = { datasetId: 'texts', alpha: 0.5, steps: 800, seed: 2 };
const LONGER = { ...LOTS, steps: 60 };
const PRIVATE = { tune: { ...PRIVACY, ...LONGER }, transfer: TRANSFER };
/** Without privacy nothing is random, so that the tuned prompt too is the same whenever it is tuned. */
const OPEN = { tune: { ...LONGER, dp: false }, transfer: TRANSFER };
const WEIGHTS = 'adapter_model.safetensors';

// Kills: a job that is forgotten, or done by two workers; a checkpoint that lacks what a step depends on; a half-written file taken for whole; a
// nonce, a reservation or a manifest that is made again after a crash.
test.runIf(process.platform === 'linux')(
  `killed again and again, all goes on as if nothing had happened (seed ${seed})`,
  { timeout: 60 * MINUTE },
  async ({ onTestFinished }) => {
    const root = await mkdtemp(join(tmpdir(), 'softpost-chaos-'));
    onTestFinished(() => rm(root, { recursive: true, force: true }));
    const provider = await createProviderSite(join(root, 'provider'), {
      config: { privacy: { allowWithoutDp: true } },
      paddingBytes: 12 << 20,
    });
    const calm = await provider.start();
    const owners = [await createOwnerSite(provider, 'private', PRIVATE)];
    if (isFull) owners.push(await createOwnerSite(provider, 'open', OPEN));
    calm.child.kill('SIGKILL');
    await calm.ended;

    const storm = startStorm(provider, PLAN, seed);
    onTestFinished(storm.abandon);
    const reports = await storm.during(async () => {
      await storm.distilAndPublish(DISTIL_STEPS);
      const [done] = await Promise.all([Promise.all(owners.map(storm.runOwner)), storm.followTransfers(owners.length)]);
      return done;
    });
    expect(storm.kills(), JSON.stringify(storm.report())).toBeGreaterThanOrEqual(FEWEST_KILLS);

    const jobs = await jobsOf(provider);
    const kinds = ['DISTILL', 'PUBLISH', ...owners.map(() => 'TRANSFER')];
    expect(jobs.map(({ kind, state }) => `${kind} ${state}`).sort()).toEqual(
      kinds.map((kind) => `JOB_KIND_${kind} JOB_STATE_SUCCEEDED`),
    );
    const studentDir = join(root, 'undisturbed-student');
    await distilUndisturbed(provider, studentDir);
    for (const [index, site] of owners.entries()) {
      const report = reports[index]!;
      expect(await same(report.studentDir, studentDir, 'model.safetensors')).toBe(true);
      await nothingIsDoubled(site, report);
      const promptDir = `${site.dir}-undisturbed`;
      await transferUndisturbed(provider, { ...report, studentDir, taskFile: site.taskFile }, promptDir);
      expect(await same(report.promptDir, promptDir, WEIGHTS)).toBe(true);
    }
    if (isFull) {
      const site = await createOwnerSite(provider, 'undisturbed', OPEN);
      const { studentPromptDir, promptDir } = await site.command<RunReport>('run');
      expect(await same(reports[1]!.studentPromptDir, studentPromptDir, WEIGHTS)).toBe(true);
      expect(await same(reports[1]!.promptDir, promptDir, WEIGHTS)).toBe(true);
    }
    expect((await storm.stop()).status).toBe(0);
  },
);

/** One prompt, one run in the ledger, one submission however often it was sent, and no scraps. */
async function nothingIsDoubled(site: OwnerSite, { promptId }: RunReport): Promise<void> {
  const { prompts } = await site.command<{ prompts: readonly { promptId: string }[] }>('prompts', 'list');
  expect(prompts.map((prompt) => prompt.promptId)).toEqual([promptId]);
  const { dataSets } = await run<BudgetReport>('owner', 'budget', '--ledger', site.ledgerFile);
  expect(dataSets.map(({ runs }) => runs.map(({ state }) => state))).toEqual([['closed']]);
  const { entries } = await site.command<{ entries: readonly EgressEntry[] }>('egress');
  const submissions = entries.filter(({ method }) => method.endsWith('/CreateTransfer'));
  expect(new Set(submissions.map(({ digest }) => digest)).size).toBe(1);
  expect((await readdir(site.outDir)).toSorted()).toEqual(['prompt', 'run.json', 'student-prompt']);
}

async function distilUndisturbed({ teacherDir, publicFile }: ProviderSite, outDir: string): Promise<void> {
  const files = ['--teacher', teacherDir, '--corpus', publicFile, '--out', outDir];
  const { layers, seed: distilSeed } = DISTILLATION;
  const how = ['--layers', layers, '--seed', distilSeed, '--steps', String(DISTIL_STEPS), '--threads', '1'];
  await run('provider', 'distill', ...files, ...how);
}

async function transferUndisturbed(
  { teacherDir, publicFile }: ProviderSite,
  {
    studentDir,
    studentPromptDir,
    taskFile,
  }: Pick<RunReport, 'studentDir' | 'studentPromptDir'> & { readonly taskFile: string },
  outDir: string,
): Promise<void> {
  const models = ['--teacher', teacherDir, '--student', studentDir, '--public', publicFile];
  const files = ['--prompt', studentPromptDir, '--task', taskFile, '--out', outDir];
  const { alpha, steps, seed: transferSeed } = TRANSFER;
  const how = ['--alpha', String(alpha), '--steps', String(steps), '--seed', String(transferSeed), '--threads', '1'];
  await run('provider', 'transfer', ...models, ...files, ...how);
}

async function same(dir: string, otherDir: string, name: string): Promise<boolean> {
  return (await readFile(join(dir, name))).equals(await readFile(join(otherDir, name)));
}
