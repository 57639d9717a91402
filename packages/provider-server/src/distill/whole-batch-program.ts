/** @file A training pass over a whole batch as one program: the logits of all its rows are in memory at once. */

import { gradients } from '@softpost/shared/engine/gradient';
import { add, mul } from '@softpost/shared/engine/ops';
import { loadProgram, lowerProgram, type Feeds } from '@softpost/shared/engine/program';
import type { LanguageModel } from '@softpost/shared/model/language-model';
import type { ParameterMemory } from '@softpost/shared/optim/parameter-memory';
import { headsOver, targetFeeds } from './head-block.ts';
import { rowTargets } from './labelled-batch.ts';
import { cosineLoss, klLoss, labelLoss } from './losses.ts';
import { buildModelPair, parameterFeeds, sequenceFeeds, type StudentShape } from './model-pair.ts';
import type { TrainingOptions, TrainingProgram } from './training-program.ts';

/** L_KD = a_kl T² KL(σ(z_t / T) ‖ σ(z_s / T)) + a_lm L_lm + a_cos (1 - cos(h_t, h_s)), and its gradients. */
export async function openWholeBatchProgram(
  model: LanguageModel,
  plan: StudentShape,
  memory: ParameterMemory,
  { weights, temperature, threads }: Pick<TrainingOptions, 'weights' | 'temperature' | 'threads'>,
): Promise<TrainingProgram> {
  const pair = buildModelPair(model, plan);
  const { teacher, student, weights: tensors } = pair;
  const block = headsOver(teacher.headInput, student.headInput, tensors, model, plan, temperature);
  const kl = klLoss(block.teacher, block.student, block.targets, temperature);
  const lm = labelLoss(block.student, block.targets, temperature);
  const cosine = cosineLoss(teacher.hidden, student.hidden, block.targets.rowWeight);
  const loss = add(add(mul(kl, weights.kl), mul(lm, weights.lm)), mul(cosine, weights.cosine));

  const names = [...tensors.trained.keys()];
  const slopes = gradients(loss, [...tensors.trained.values()]);
  const outputs = Object.fromEntries(names.map((name, index) => [name, slopes[index]!]));
  const program = await loadProgram(
    lowerProgram({ loss, kl, lm, cosine, ...outputs }, model.lookup),
    threads === undefined ? {} : { threads },
  );
  const parameters = parameterFeeds(names, (name) => memory.parameter(name));
  const into: Feeds = Object.fromEntries(names.map((name) => [name, memory.gradient(name)]));
  return {
    run: async (batch) => {
      const { bindings, feeds } = sequenceFeeds(pair, batch);
      const targets = targetFeeds(rowTargets(batch), plan.architecture.vocabularySize);
      const result = await program.run(bindings, { ...feeds, ...targets, ...parameters }, into);
      const value = (name: string): number => Number(result[name]![0]);
      return { loss: value('loss'), kl: value('kl'), lm: value('lm'), cosine: value('cosine') };
    },
    dispose: () => program.dispose(),
  };
}
