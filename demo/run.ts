/**
 * @file The demo: POST on real mail with a real language model, all three steps, in one go.
 *   npm run demo                     one seed, about 5 minutes on 2 cores
 *   npm run demo -- --seeds 3        mean and standard error over seeds
 */

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { distill, type DistillReport } from '@softpost/provider-server/distill/distill';
import { DISTILL_DEFAULTS } from '@softpost/provider-server/distill/distill-options';
import { createReporter } from '@softpost/shared/commands/progress';
import { readTask } from '@softpost/shared/text/task';
import { demoResult, type SeedOutcome } from './assemble-result.ts';
import { prepareMail } from './mail.ts';
import { accuracyOf, transferTo, tuneOn, type PrivateTask, type StepContext } from './private-transfer.ts';
import { preparePublicText } from './public-text.ts';
import { renderReport } from './report.ts';
import { DISTILLATION, PLAIN_TUNING, PRIVATE_TUNING, SETTINGS, TRANSFER } from './settings.ts';
import { accuracyTable } from './table.ts';

const root = resolve(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1' },
    out: { type: 'string', default: join(root, 'demo-output') },
    help: { type: 'boolean', default: false },
  },
});
const seedCount = Number(values.seeds);
if (values.help || !Number.isInteger(seedCount) || seedCount < 1) {
  console.log(
    'usage: npm run demo -- [--seeds N] [--out DIR]\n\nRuns distillation, private tuning and transfer on public mail data; writes DIR/report.html.',
  );
  process.exit(values.help ? 0 : 2);
}

const reporter = createReporter({ json: false, stream: process.stderr });
const context: StepContext = { emit: reporter.report, signal: new AbortController().signal };
const timings: { step: string; seconds: number }[] = [];

/** Runs a step under a heading, and times it. */
async function timed<Result>(step: string, run: () => Promise<Result>): Promise<Result> {
  const start = performance.now();
  context.emit({ kind: 'message', level: 'info', message: step });
  const result = await run();
  const seconds = (performance.now() - start) / 1000;
  const known = timings.find((timing) => timing.step === step);
  if (known) known.seconds += seconds;
  else timings.push({ step, seconds });
  return result;
}

const out = resolve(values.out);
await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
const data = join(out, 'data');
const teacherDir = join(root, SETTINGS.teacher);
const task: PrivateTask = {
  teacherDir,
  studentDir: join(out, 'student'),
  taskFile: join(import.meta.dirname, 'spam.task.yaml'),
  trainFile: join(data, 'private-train.jsonl'),
  testFile: join(data, 'private-test.jsonl'),
  publicFile: join(data, SETTINGS.publicFile),
  workDir: join(out, 'prompts'),
  virtualTokens: SETTINGS.virtualTokens,
};

const mail = await timed('Prepare mail and public text', async () => {
  const manifest = await prepareMail(data);
  const lines = (await readFile(join(data, 'public.jsonl'), 'utf8')).trimEnd().split('\n');
  const publicText = await preparePublicText(
    data,
    lines.map((line) => (JSON.parse(line) as { text: string }).text),
  );
  return { manifest, publicText };
});

const distillation: DistillReport = await timed('STEP 1  provider: distil a student', () =>
  distill(
    { ...DISTILL_DEFAULTS, ...DISTILLATION, teacherDir, corpusFile: join(data, 'distil.txt'), outDir: task.studentDir },
    context,
  ),
);

const zeroShot = await timed('Evaluate on held-out mail', () => accuracyOf(task, teacherDir, undefined, context));
const outcomes: SeedOutcome[] = [];
for (let seed = 1; seed <= seedCount; seed++) {
  for (const dp of [false, true]) {
    const training = { ...(dp ? PRIVATE_TUNING : PLAIN_TUNING), seed };
    const label = `${dp ? 'dp' : 'plain'}-${seed}`;
    const student = await timed(`STEP 2  owner: tune a prompt on the student`, () =>
      tuneOn('student', task, `student-${label}`, training, context),
    );
    const post = await timed('STEP 3  provider: transfer the prompt', () =>
      transferTo(task, student.promptDir, `post-${label}`, { ...TRANSFER, seed }, context),
    );
    const teacher = await timed('Upper bound: tune on the teacher', () =>
      tuneOn('teacher', task, `teacher-${label}`, training, context),
    );
    outcomes.push(
      await timed('Evaluate on held-out mail', async () => ({
        seed,
        dp,
        privacy: student.privacy,
        tuneLosses: student.losses,
        transfer: post,
        accuracy: {
          student: await accuracyOf(task, task.studentDir, student.promptDir, context),
          direct: await accuracyOf(task, teacherDir, student.promptDir, context),
          post: await accuracyOf(task, teacherDir, post.promptDir, context),
          teacherTuned: await accuracyOf(task, teacherDir, teacher.promptDir, context),
        },
      })),
    );
  }
}
reporter.close();

const result = await demoResult({
  task,
  taskFile: await readTask(task.taskFile),
  mail,
  distillation,
  zeroShot,
  outcomes,
  timings,
  seedCount,
});
await writeFile(join(out, 'result.json'), `${JSON.stringify(result, undefined, 2)}\n`);
await writeFile(join(out, 'report.html'), await renderReport(result));
console.log(`\n${accuracyTable(result)}\n`);
console.log(
  `${timings.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(0)} seconds; report: ${relative(process.cwd(), join(out, 'report.html'))}`,
);
