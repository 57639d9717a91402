/**
 * @file The forward and backward pass of distillation, with weights and gradients in the optimiser's memory.
 *
 * Logits are what takes memory: a pass over N rows (positions) has about 13 arrays of N V float32 numbers (logits, softmaxes,
 * their gradients, and what the runtime's arena keeps; measured with V = 8192 and 50257). So N V is limited: a larger batch goes
 * in passes of whole sequences whose gradients are added up. Beside the weights and a few [V, D] gradients, peak memory is
 * thereby about 13 * max(MAX_LOGIT_BYTES, 4 L V) bytes, 1.7 GB unless one sequence alone has more, for any batch.
 */

import { gradients } from '@softpost/shared/engine/gradient';
import { loadProgram, lowerProgram, type Feeds } from '@softpost/shared/engine/program';
import type { LanguageModel } from '@softpost/shared/model/language-model';
import type { ParameterMemory } from '@softpost/shared/optim/parameter-memory';
import type { DistillOptions } from './distill-options.ts';
import { splitBatch, type LabelledBatch } from './labelled-batch.ts';
import { distillationLosses } from './losses.ts';
import { batchFeeds, buildModelPair, parameterFeeds } from './model-pair.ts';
import type { StudentPlan } from './student-init.ts';

/** Size of one array of logits: the 512 positions of a common batch with the 50257 tokens of GPT-2 just fit. */
const MAX_LOGIT_BYTES = 2 ** 27;

export const LOSS_NAMES = ['loss', 'kl', 'lm', 'cosine'] as const;
/** Means over the batch; `loss` is the weighted sum of the others. */
export type Losses = Readonly<Record<(typeof LOSS_NAMES)[number], number>>;

export interface TrainingProgram {
  /** Writes the gradient of one batch's loss at `memory.parameters` into `memory.gradients`. */
  run(batch: LabelledBatch): Promise<Losses>;
  dispose(): Promise<void>;
}

/**
 * @param memory the student's trained tensors, by name
 * @param maxLogitBytes limit on one array of logits
 */
export async function openTrainingProgram(
  teacher: LanguageModel,
  plan: StudentPlan,
  memory: ParameterMemory,
  { weights, temperature, threads }: Pick<DistillOptions, 'weights' | 'temperature' | 'threads'>,
  maxLogitBytes = MAX_LOGIT_BYTES,
): Promise<TrainingProgram> {
  const pair = buildModelPair(teacher, plan);
  const { total, ...losses } = distillationLosses(pair.teacher, pair.student, pair.targets, weights, temperature);
  const names = [...pair.trained.keys()];
  const slopes = gradients(total, [...pair.trained.values()]);
  const outputs = Object.fromEntries(names.map((name, index) => [name, slopes[index]!]));
  const program = await loadProgram(
    lowerProgram({ loss: total, ...losses, ...outputs }, teacher.lookup),
    threads === undefined ? {} : { threads },
  );
  const parameters = parameterFeeds(names, (name) => memory.parameter(name));
  const into: Feeds = Object.fromEntries(names.map((name) => [name, memory.gradient(name)]));

  const runPart = async (part: LabelledBatch): Promise<Losses> => {
    const { bindings, feeds } = batchFeeds(pair, part);
    const results = await program.run(bindings, { ...feeds, ...parameters }, into);
    return mapLosses((name) => Number(results[name]![0]));
  };
  return {
    run: async (batch) => {
      const rowBytes = 4 * plan.architecture.vocabularySize;
      const length = batch.rows / batch.sequences.length;
      const parts = splitBatch(batch, Math.max(1, Math.floor(maxLogitBytes / (length * rowBytes))));
      let sum = await runPart(parts[0]!);
      const first = parts.length > 1 ? memory.gradients.slice() : memory.gradients;
      for (const part of parts.slice(1)) {
        const more = await runPart(part);
        sum = mapLosses((name) => sum[name] + more[name]);
        for (let i = 0; i < first.length; i++) first[i] = first[i]! + memory.gradients[i]!;
      }
      if (parts.length > 1) memory.gradients.set(first);
      return sum;
    },
    dispose: () => program.dispose(),
  };
}

function mapLosses(value: (name: keyof Losses) => number): Losses {
  return { loss: value('loss'), kl: value('kl'), lm: value('lm'), cosine: value('cosine') };
}
