/** @file What the demo does, in order: POST between two parties, and beside it the baselines that no two parties could run. */

import { copyFile, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readTask } from '@softpost/shared/text/task';
import { demoResult, type SeedOutcome } from './assemble-result.ts';
import { prepareMail, PUBLIC_FILE, TEST_FILE, TRAIN_FILE } from './mail.ts';
import { createOwner } from './owner-party.ts';
import { accuracyOf, tuneOn, type PrivateTask, type StepContext } from './private-transfer.ts';
import { PUBLIC_FOLDER, startProvider } from './provider-party.ts';
import { preparePublicText, TRANSFER_FILE } from './public-text.ts';
import type { DemoResult } from './result.ts';
import { PLAIN_TUNING, PRIVATE_TUNING, SETTINGS } from './settings.ts';
import { createStopwatch } from './stopwatch.ts';

const TEACHER = join(import.meta.dirname, '../models', SETTINGS.teacher);

export interface DemoOptions {
  /** Emptied first. The parties' folders are in it, side by side. */
  readonly out: string;
  readonly seedCount: number;
}

export async function runTwoParties({ out, seedCount }: DemoOptions, context: StepContext): Promise<DemoResult> {
  const { emit } = context;
  const { timed, timings } = createStopwatch(emit);
  await rm(out, { recursive: true, force: true });
  const [ownerDir, providerDir] = [join(out, 'owner'), join(out, 'provider')];
  const publicDir = join(providerDir, PUBLIC_FOLDER);
  const mail = await timed('Prepare mail and public text', async () => {
    const manifest = await prepareMail(ownerDir, publicDir);
    const lines = (await readFile(join(publicDir, PUBLIC_FILE), 'utf8')).trimEnd().split('\n');
    const texts = lines.map((line) => (JSON.parse(line) as { text: string }).text);
    return { manifest, publicText: await preparePublicText(publicDir, texts) };
  });
  const taskFile = join(ownerDir, 'spam.task.yaml');
  await copyFile(join(import.meta.dirname, 'spam.task.yaml'), taskFile);

  await using provider = await timed('Start the provider', () => startProvider(providerDir, TEACHER, context));
  const { address, admit, lost } = provider;
  const connected: StepContext = { emit, signal: AbortSignal.any([context.signal, lost]) };
  const owner = await timed('Provider and owner exchange keys', () =>
    createOwner(ownerDir, taskFile, { address, admit: (key, dir) => admit(key, dir, connected) }, connected),
  );
  const distillation = await timed('STEP 1  provider: distil a student', () => provider.offerStudent(connected));
  const studentDir = await timed('Owner: fetch the student', () => owner.fetchStudent(connected));

  const task: PrivateTask = {
    teacherDir: TEACHER,
    studentDir,
    taskFile,
    trainFile: join(ownerDir, TRAIN_FILE),
    testFile: join(ownerDir, TEST_FILE),
    publicFile: join(publicDir, TRANSFER_FILE),
    workDir: join(out, 'baselines'),
    virtualTokens: SETTINGS.virtualTokens,
  };
  const zeroShot = await timed('Evaluate on held-out mail', () => accuracyOf(task, TEACHER, undefined, connected));
  const outcomes: SeedOutcome[] = [];
  for (let seed = 1; seed <= seedCount; seed++) {
    for (const dp of [false, true]) {
      const tuning = { ...(dp ? PRIVATE_TUNING : PLAIN_TUNING), seed };
      const label = `${dp ? 'dp' : 'plain'}-${seed}`;
      const student = await timed('STEP 2  owner: tune a prompt on the student', () =>
        owner.tune({ name: `student-${label}`, studentDir, tuning }, connected),
      );
      const post = await timed('STEP 3  provider: transfer the prompt', () =>
        owner.transfer({ name: `post-${label}`, promptDir: student.promptDir, seed, dp }, connected),
      );
      const teacher = await timed('Upper bound: tune on the teacher', () =>
        tuneOn('teacher', task, `teacher-${label}`, tuning, connected),
      );
      outcomes.push(
        await timed('Evaluate on held-out mail', async () => ({
          seed,
          dp,
          privacy: student.privacy,
          tuneLosses: student.losses,
          transfer: post.report,
          accuracy: {
            student: await accuracyOf(task, studentDir, student.promptDir, connected),
            direct: await accuracyOf(task, TEACHER, student.promptDir, connected),
            post: await accuracyOf(task, TEACHER, post.promptDir, connected),
            teacherTuned: await accuracyOf(task, TEACHER, teacher.promptDir, connected),
          },
        })),
      );
    }
  }
  const departures = await owner.departures(connected);
  return demoResult({
    task,
    taskFile: await readTask(taskFile),
    mail,
    distillation,
    zeroShot,
    outcomes,
    departures,
    timings,
    seedCount,
  });
}
