/** @file A process that distils a model of random weights for a moment and prints by how many bytes it grew at most. */

import { openLanguageModel } from '@softpost/shared/model/language-model';
import { allocateParameters } from '@softpost/shared/optim/parameter-memory';
import { seededRandom } from '@softpost/shared/seeded-random';
import { DISTILL_DEFAULTS, type DistillOptions } from './distill-options.ts';
import { measureHeldOut } from './held-out.ts';
import { initialValues, planStudent } from './student-init.ts';
import { openTrainingProgram } from './training-program.ts';

const { teacherDir, ...given } = JSON.parse(process.argv[2]!) as Partial<DistillOptions> & {
  readonly teacherDir: string;
};
const options = { ...DISTILL_DEFAULTS, ...given, threads: 1 };
const teacher = await openLanguageModel(teacherDir);
const plan = planStudent(teacher, options.freeze, options.layers);
const random = seededRandom(1);
const token = (): number => Math.floor(random() * teacher.architecture.vocabularySize);
const { batch, length } = options;
const rows = {
  sequences: Array.from({ length: batch }, () => Int32Array.from({ length }, token)),
  length,
  labels: Int32Array.from({ length: batch * length }, token),
  labelled: batch * length,
  positions: batch * length,
};

const before = process.memoryUsage.rss();
const memory = allocateParameters(plan.trained);
const parameterOf = (name: string): Float32Array => memory.parameter(name);
for (const name of plan.trained.keys()) memory.parameter(name).set(await initialValues(teacher, plan, name));
memory.initAdamW();
await measureHeldOut(teacher, plan, parameterOf, rows, options);
const program = await openTrainingProgram(teacher, plan, memory, options);
for (let step = 0; step < 3; step++) await program.run(rows);
await program.dispose();
process.stdout.write(String(process.resourceUsage().maxRSS * 1024 - before));
