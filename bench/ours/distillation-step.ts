/** @file A step of distillation: the teacher's forward pass, the three losses, all of the student's gradients, clipping, AdamW. */

import { DISTILL_DEFAULTS } from '@softpost/provider-server/distill/distill-options';
import { initialValues, planStudent } from '@softpost/provider-server/distill/student-init';
import { openTrainingProgram } from '@softpost/provider-server/distill/training-program';
import { openLanguageModel } from '@softpost/shared/model/language-model';
import { adamW } from '@softpost/shared/optim/adamw';
import { allocateParameters } from '@softpost/shared/optim/parameter-memory';
import { randomTexts, readArguments, serve } from './serve.ts';

const options = readArguments();
const teacher = await openLanguageModel(options.model);
const plan = planStudent(teacher, 'none');
const memory = allocateParameters(plan.trained);
for (const name of plan.trained.keys()) memory.parameter(name).set(await initialValues(teacher, plan, name));
const program = await openTrainingProgram(teacher, plan, memory, {
  ...DISTILL_DEFAULTS,
  batch: options.batch,
  length: options.length,
  threads: options.threads,
});
const { decayed, kernels } = memory;
const { learningRate, weightDecay, maxNorm } = DISTILL_DEFAULTS;
const optimiser = adamW({ learningRate, weightDecay, maxNorm, decayed, kernels });
let state = memory.initAdamW();

const sequences = randomTexts(options, teacher.architecture.vocabularySize).map(({ inputIds }) => inputIds);
const labels = Int32Array.from(sequences.flatMap((row) => [...row.slice(1), -1]));
const labelled = labels.length - sequences.length;

await serve(async () => {
  await program.run({ sequences, length: options.length, labels, labelled, positions: labels.length });
  state = optimiser.updateInPlace(memory.gradients, state, memory.parameters);
});
