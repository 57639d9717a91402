/**
 * @file The three steps of POST as plain functions in one process, without a network, a database or a second party:
 *   node examples/one-process.ts TEACHER CORPUS TASK PRIVATE PUBLIC TEST OUT [STEPS]
 * TEACHER is a Hugging Face model folder, CORPUS plain text, TASK a task file (demo/spam.task.yaml is one); PRIVATE, PUBLIC
 * and TEST are JSON Lines, CSV or Parquet with `text` and `label` (PUBLIC needs no label). STEPS shortens every step, for a
 * first look.
 */

import { join } from 'node:path';
import { tune } from '@softpost/owner-client/tune/tune';
import { TUNE_DEFAULTS } from '@softpost/owner-client/tune/tune-options';
import { distill } from '@softpost/provider-server/distill/distill';
import { DISTILL_DEFAULTS } from '@softpost/provider-server/distill/distill-options';
import { transfer } from '@softpost/provider-server/transfer/transfer';
import { TRANSFER_DEFAULTS } from '@softpost/provider-server/transfer/transfer-options';
import { createReporter } from '@softpost/shared/commands/progress';
import { evaluate } from '@softpost/shared/scoring/evaluate';

const [teacherDir, corpusFile, taskFile, privateFile, publicFile, testFile, out, steps] = process.argv.slice(2);
if (!teacherDir || !corpusFile || !taskFile || !privateFile || !publicFile || !testFile || !out) {
  console.error('usage: node examples/one-process.ts TEACHER CORPUS TASK PRIVATE PUBLIC TEST OUT [STEPS]');
  process.exit(2);
}

const reporter = createReporter({ json: false, stream: process.stderr });
const context = { emit: reporter.report, signal: new AbortController().signal };
const length = steps === undefined ? {} : { steps: Number(steps) };
const studentDir = join(out, 'student');
const studentPromptDir = join(out, 'student-prompt');
const teacherPromptDir = join(out, 'teacher-prompt');

// STEP 1, the provider: a small student of the teacher's first and last layer.
await distill({ ...DISTILL_DEFAULTS, ...length, teacherDir, corpusFile, outDir: studentDir }, context);

// STEP 2, the owner: a soft prompt on the student, from private data, with (8, 1e-5)-differential privacy.
const { privacy } = await tune(
  {
    ...TUNE_DEFAULTS,
    ...length,
    studentDir,
    taskFile,
    dataFile: privateFile,
    outDir: studentPromptDir,
    keyFile: join(out, 'owner-key.pem'),
    ledgerFile: join(out, 'ledger.sqlite'),
    // How many records there are about: a public constant, never counted from the data.
    privacy: { dp: true, epsilon: 8, delta: 1e-5, publicSize: 4096, clipNorm: 1 },
  },
  context,
);

// STEP 3, the provider: the prompt moves to the teacher, by public text alone.
const { alpha, quality } = await transfer(
  {
    ...TRANSFER_DEFAULTS,
    ...length,
    teacherDir,
    studentDir,
    promptDir: studentPromptDir,
    publicFile,
    taskFile,
    outDir: teacherPromptDir,
  },
  context,
);

const accuracy = async (modelDir: string, promptDir?: string): Promise<string> => {
  const result = await evaluate({ modelDir, promptDir, taskFile, dataFile: testFile }, context);
  return `${(100 * result.accuracy).toFixed(1)} %`;
};
const rows = {
  'teacher, zero-shot': await accuracy(teacherDir),
  'student, tuned prompt': await accuracy(studentDir, studentPromptDir),
  'teacher, the same prompt': await accuracy(teacherDir, studentPromptDir),
  'teacher, transferred prompt': await accuracy(teacherDir, teacherPromptDir),
};
reporter.close();
console.log(privacy.dp ? `epsilon ${privacy.epsilon.toFixed(2)}, delta ${privacy.delta}` : 'not private');
console.log(`alpha ${alpha}, transfer judged ${quality.verdict} on public text`);
for (const [name, value] of Object.entries(rows)) console.log(`${name.padEnd(28)}${value}`);
