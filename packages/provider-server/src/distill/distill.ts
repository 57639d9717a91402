/** @file STEP 1 of POST (paper section 4.1): the provider distils a small, deliberately weak student from its model. */

import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { refuseExisting } from '@softpost/shared/artifact/atomic-write';
import { openCheckpoint, type Checkpoint, type Fingerprint } from '@softpost/shared/artifact/checkpoint';
import { fileDigest, type Digest } from '@softpost/shared/artifact/digest';
import { modelDigest, TOKENIZER_FILES } from '@softpost/shared/artifact/model-digest';
import { isThere } from '@softpost/shared/artifact/read-file';
import type { TensorData } from '@softpost/shared/artifact/safetensors';
import { writeModelFolder } from '@softpost/shared/artifact/write-model-folder';
import { yieldToEvents } from '@softpost/shared/engine/compute-task';
import { SoftpostError } from '@softpost/shared/errors';
import type { Report } from '@softpost/shared/events';
import { openLanguageModel, type LanguageModel } from '@softpost/shared/model/language-model';
import { adamW } from '@softpost/shared/optim/adamw';
import { restoreCheckpoint } from '@softpost/shared/optim/checkpoint';
import { allocateParameters, type ParameterMemory } from '@softpost/shared/optim/parameter-memory';
import { warmupCosine } from '@softpost/shared/optim/schedule';
import { epochBatch } from '@softpost/shared/seeded-random';
import { loadTokenizer, type Tokenizer } from '@softpost/shared/text/tokenizer';
import { readCorpusRows } from './corpus-rows.ts';
import type { DistillOptions } from './distill-options.ts';
import { measureHeldOut, type HeldOutQuality } from './held-out.ts';
import { labellerFor, type LabelledBatch } from './labelled-batch.ts';
import { createLossCurve, type CurvePoint } from './loss-curve.ts';
import { memoryNeed, memoryText } from './memory-need.ts';
import { initialValues, planStudent, type StudentPlan } from './student-init.ts';
import { openTrainingProgram } from './training-program.ts';

export interface DistillContext {
  readonly emit: Report;
  readonly signal: AbortSignal;
}

/** Also written into the student's folder, as distillation.json; the same for the same options on the same machine. */
export interface DistillReport {
  readonly version: 1;
  readonly teacher: { readonly name: string; readonly digest: Digest; readonly layers: number };
  readonly corpus: { readonly digest: Digest; readonly trainRows: number; readonly heldOutRows: number };
  /** Teacher layers that the student has. */
  readonly layers: readonly number[];
  readonly parameters: { readonly total: number; readonly trained: number };
  readonly options: Settings;
  readonly heldOut: { readonly before: HeldOutQuality; readonly after: HeldOutQuality };
  readonly curve: readonly CurvePoint[];
}

type Settings = Omit<
  DistillOptions,
  'teacherDir' | 'corpusFile' | 'outDir' | 'layers' | 'checkpointEvery' | 'maxLogitBytes' | 'threads'
>;

/** Share of the steps in which the learning rate rises. */
const WARMUP_SHARE = 0.05;

/**
 * Distils a student and writes it as a Hugging Face folder. Run again after an interruption, it goes on from its last
 * checkpoint and ends with the same student.
 * @throws FILE_EXISTS, BAD_OPTION, NON_FINITE, BAD_CHECKPOINT, BAD_DATA_FILE, CANCELLED, and what reading the teacher throws
 */
export async function distill(options: DistillOptions, { emit, signal }: DistillContext): Promise<DistillReport> {
  await refuseExisting(options.outDir);
  const teacher = await openLanguageModel(options.teacherDir);
  const plan = planStudent(teacher, options.freeze, options.layers);
  checkLength(options.length, teacher);
  const tokenizer = await loadTokenizer(options.teacherDir);
  checkTokenizer(tokenizer, teacher);
  const label = labellerFor(teacher.architecture.kind, tokenizer);
  const rows = await readCorpusRows(tokenizer, teacher.architecture.kind, options);
  const digests = { teacher: await modelDigest(options.teacherDir), corpus: await fileDigest(options.corpusFile) };

  emit({ kind: 'message', level: 'info', message: memoryText(memoryNeed(teacher, plan, options)) });
  const memory = allocateParameters(plan.trained);
  for (const name of plan.trained.keys()) memory.parameter(name).set(await initialValues(teacher, plan, name));
  const heldOut = label(rows.heldOut, options.seed);
  const measure = (): Promise<HeldOutQuality> =>
    measureHeldOut(teacher, plan, (name) => memory.parameter(name), heldOut, options);
  const before = await measure();

  const checkpoint = openCheckpoint(options.outDir, fingerprint(options, plan, digests));
  const drawBatch = (step: number): LabelledBatch => {
    const chosen = epochBatch(rows.train.length, options.batch, step, options.seed);
    return label(
      Array.from(chosen, (row) => rows.train[row]!),
      options.seed + step * 2 ** 32,
    );
  };
  const curve = await train(teacher, plan, memory, drawBatch, checkpoint, options, { emit, signal });

  const report: DistillReport = {
    version: 1,
    teacher: {
      name: basename(resolve(options.teacherDir)),
      digest: digests.teacher,
      layers: teacher.architecture.layers,
    },
    corpus: { digest: digests.corpus, trainRows: rows.train.length, heldOutRows: rows.heldOut.length },
    layers: plan.layers,
    parameters: { total: elementsOf(plan.architecture.tensorShapes()), trained: elementsOf(plan.trained) },
    options: settingsOf(options),
    heldOut: { before, after: await measure() },
    curve,
  };
  await writeStudent(options, teacher, plan, memory, report);
  await checkpoint.remove();
  return report;
}

/** AdamW over the batches, from the start or from the checkpoint. Leaves the student in `memory`. */
async function train(
  teacher: LanguageModel,
  plan: StudentPlan,
  memory: ParameterMemory,
  drawBatch: (step: number) => LabelledBatch,
  checkpoint: Checkpoint,
  options: DistillOptions,
  { emit, signal }: DistillContext,
): Promise<readonly CurvePoint[]> {
  const { steps, learningRate, weightDecay, maxNorm, checkpointEvery } = options;
  const optimiser = adamW({
    learningRate: warmupCosine({
      peak: learningRate,
      warmupSteps: Math.ceil(WARMUP_SHARE * steps),
      totalSteps: steps,
    }),
    weightDecay,
    maxNorm,
    decayed: memory.decayed,
    kernels: memory.kernels,
  });
  const saved = await checkpoint.load();
  const curve = createLossCurve(steps, saved?.arrays['curve']);
  let state = memory.initAdamW();
  if (saved) {
    const { parameters, m, v } = saved.arrays as Record<'parameters' | 'm' | 'v', Float32Array>;
    state = restoreCheckpoint(memory, { step: saved.step, layout: memory.layout, parameters, m, v });
    emit({ kind: 'message', level: 'info', message: `going on after step ${saved.step} of an earlier run` });
  }
  const save = async (): Promise<void> => {
    const { parameters } = memory;
    const { step, m, v } = state;
    await checkpoint.save({ step, arrays: { parameters, m, v, curve: curve.toArray() } });
  };
  const started = state.step;
  const program = await openTrainingProgram(teacher, plan, memory, options);
  try {
    while (state.step < steps) {
      if (signal.aborted && state.step > started) await save();
      signal.throwIfAborted();
      const losses = await program.run(drawBatch(state.step));
      if (!Number.isFinite(losses.loss))
        throw new SoftpostError(
          'NON_FINITE',
          `the loss of step ${state.step + 1} is not finite: lower the learning rate`,
        );
      state = optimiser.updateInPlace(memory.gradients, state, memory.parameters);
      curve.record(state.step, losses);
      emit({ kind: 'progress', phase: 'distill', step: state.step, steps, metrics: { ...losses } });
      if (state.step % checkpointEvery === 0 && state.step < steps) await save();
      await yieldToEvents();
    }
  } finally {
    await program.dispose();
  }
  return curve.points();
}

async function writeStudent(
  { teacherDir, outDir }: DistillOptions,
  teacher: LanguageModel,
  plan: StudentPlan,
  memory: ParameterMemory,
  report: DistillReport,
): Promise<void> {
  const tensors: Record<string, TensorData> = {};
  for (const [name, shape] of plan.architecture.tensorShapes()) {
    const data = plan.trained.has(name) ? memory.parameter(name) : await initialValues(teacher, plan, name);
    tensors[name] = { shape, data };
  }
  const { kind, tiedHead, headName } = plan.architecture;
  // An untied BERT or RoBERTa has its head's bias under a second name, which is the one that transformers computes with.
  const bias = tensors[headName.replace('decoder.weight', 'bias')];
  if (kind === 'masked' && !tiedHead && bias) tensors[headName.replace('decoder.weight', 'decoder.bias')] = bias;
  const extraFiles: Record<string, Uint8Array | string> = {
    'distillation.json': `${JSON.stringify(report, undefined, 2)}\n`,
  };
  for (const name of [...TOKENIZER_FILES, 'generation_config.json']) {
    const path = join(teacherDir, name);
    if (await isThere(path)) extraFiles[name] = await readFile(path);
  }
  await writeModelFolder(outDir, { config: plan.config, tensors, extraFiles });
}

function checkLength(length: number, { architecture: { maxPositions } }: LanguageModel): void {
  if (length >= 2 && length <= maxPositions) return;
  throw new SoftpostError(
    'BAD_OPTION',
    `length ${length} is not between 2 and the teacher's ${maxPositions} positions`,
  );
}

function checkTokenizer({ vocabSize }: Tokenizer, { folder, architecture }: LanguageModel): void {
  if (vocabSize <= architecture.vocabularySize) return;
  throw new SoftpostError(
    'BAD_TOKENIZER',
    `${folder.dir}: tokenizer.json has ids up to ${vocabSize - 1}, the model knows ${architecture.vocabularySize}`,
  );
}

function elementsOf(shapes: ReadonlyMap<string, readonly number[]>): number {
  return [...shapes.values()].reduce((sum, shape) => sum + shape.reduce((product, size) => product * size, 1), 0);
}

function settingsOf({
  teacherDir: _teacher,
  corpusFile: _corpus,
  outDir: _out,
  layers: _layers,
  checkpointEvery: _every,
  maxLogitBytes: _bytes,
  threads: _threads,
  ...settings
}: DistillOptions): Settings {
  return settings;
}

function fingerprint(
  options: DistillOptions,
  { layers }: StudentPlan,
  digests: { readonly teacher: Digest; readonly corpus: Digest },
): Fingerprint {
  const { weights, ...settings } = settingsOf(options);
  return { ...digests, layers: layers.join(','), ...settings, ...weights };
}
