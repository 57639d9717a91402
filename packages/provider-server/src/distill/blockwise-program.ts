/** @file A training pass in blocks of rows: however long a batch and large the vocabulary, only one block has logits. */

import { gradients } from '@softpost/shared/engine/gradient';
import type { Graph, Tensor } from '@softpost/shared/engine/graph';
import { add, gemm, mul, reduceSum, reshape } from '@softpost/shared/engine/ops';
import { reachableNodes } from '@softpost/shared/engine/print';
import { loadProgram, lowerProgram, type Feeds, type LoadedProgram } from '@softpost/shared/engine/program';
import type { LanguageModel } from '@softpost/shared/model/language-model';
import type { ParameterMemory } from '@softpost/shared/optim/parameter-memory';
import type { LossWeights } from './distill-options.ts';
import { blockFeeds, buildHeadBlock, rowBlocks, type HeadBlock } from './head-block.ts';
import { openHiddenProgram, sequencesAtOnce } from './hidden-rows.ts';
import { rowTargets, splitBatch, type LabelledBatch } from './labelled-batch.ts';
import { cosineLoss, klLoss, labelLoss } from './losses.ts';
import { buildModelPair, parameterFeeds, sequenceFeeds, type ModelPair, type StudentShape } from './model-pair.ts';
import type { Losses, TrainingOptions, TrainingProgram } from './training-program.ts';

/**
 * The loss and gradients of `openWholeBatchProgram`, from three programs for each part of the batch:
 * 1. tokens -> hidden states of both models;
 * 2. for each block of rows, hidden states -> KL and label loss, their gradient for the student's hidden states (the slope),
 *    and for its head;
 * 3. tokens and slope -> cosine loss, and the gradients of all below the head, for which the student's few layers run again;
 *    that of the embedding as one row a token, added up here: as a matrix it would be [V, D] of zeros but for a few rows.
 */
export async function openBlockwiseProgram(
  model: LanguageModel,
  plan: StudentShape,
  memory: ParameterMemory,
  { weights, temperature, maxLogitBytes, threads }: TrainingOptions,
): Promise<TrainingProgram> {
  const pair = buildModelPair(model, plan);
  const hiddenProgram = await openHiddenProgram(pair, model, (name) => memory.parameter(name), threads);
  const load = (outputs: Readonly<Record<string, Tensor>>): Promise<LoadedProgram> =>
    loadProgram(lowerProgram(outputs, model.lookup), threads === undefined ? {} : { threads });
  const heads = headGraph(buildHeadBlock(model, plan, temperature), weights, temperature);
  const headProgram = await load({ ...heads.results, ...heads.sums });
  const trunk = trunkGraph(pair, plan, weights);
  const trunkProgram = await load({ ...trunk.results, ...trunk.sums });

  const { vocabularySize, hiddenSize, embeddingName } = plan.architecture;
  const parameters = parameterFeeds(plan.trained.keys(), (name) => memory.parameter(name));
  const headSums = inPlaceSums(heads.sums, memory);
  const trunkSums = inPlaceSums(trunk.sums, memory);

  const runPart = async (part: LabelledBatch): Promise<readonly [kl: number, lm: number, cosine: number]> => {
    const hidden = await hiddenProgram.run(part);
    const targets = rowTargets(part);
    const slope = new Float32Array(hidden.rows * hiddenSize);
    let [kl, lm] = [0, 0];
    for (const range of rowBlocks(hidden.rows, vocabularySize, maxLogitBytes)) {
      const { bindings, feeds } = blockFeeds(hidden, targets, vocabularySize, range);
      const ofRange = slope.subarray(range[0] * hiddenSize, range[1] * hiddenSize);
      const result = await headProgram.run(
        bindings,
        { ...feeds, ...parameters, ...headSums.feeds },
        { ...headSums.into, slope: ofRange },
      );
      kl += Number(result['kl']![0]);
      lm += Number(result['lm']![0]);
    }
    const { bindings, feeds } = sequenceFeeds(pair, part);
    const { teacherHidden } = hidden;
    const { rowWeight } = targets;
    const inputs = { ...feeds, ...parameters, ...trunkSums.feeds, teacherHidden, slope, rowWeight };
    const { cosine, words } = await trunkProgram.run(bindings, inputs, trunkSums.into);
    if (words) addRows(words as Float32Array, feeds['inputIds'] as Int32Array, memory.gradient(embeddingName));
    return [kl, lm, Number(cosine![0])];
  };

  return {
    run: async (batch): Promise<Losses> => {
      memory.gradients.fill(0);
      let [kl, lm, cosine] = [0, 0, 0];
      for (const part of splitBatch(batch, sequencesAtOnce(batch.length))) {
        const more = await runPart(part);
        [kl, lm, cosine] = [kl + more[0], lm + more[1], cosine + more[2]];
      }
      return { loss: weights.kl * kl + weights.lm * lm + weights.cosine * cosine, kl, lm, cosine };
    },
    dispose: async () => {
      await hiddenProgram.dispose();
      await headProgram.dispose();
      await trunkProgram.dispose();
    },
  };
}

/** What a program gives: results of its own, and sums over all its runs of one step, by parameter. */
interface StepGraph {
  readonly results: Readonly<Record<string, Tensor>>;
  readonly sums: Readonly<Record<string, Tensor>>;
}

function headGraph(
  { graph, weights: { trained }, teacher, student, studentInput, studentHead, targets }: HeadBlock,
  weights: LossWeights,
  temperature: number,
): StepGraph {
  const kl = klLoss(teacher, student, targets, temperature);
  const lm = labelLoss(student, targets, temperature);
  const [du] = gradients(add(mul(kl, weights.kl), mul(lm, weights.lm)), [student]) as [Tensor];
  const alpha = 1 / temperature; // u = z / T
  const { matrix, bias } = studentHead;
  const slopes = new Map([[matrix, gemm(du, studentInput, { transA: true, alpha })]]);
  if (bias) slopes.set(bias, mul(reshape(reduceSum(du, [0]), bias.shape), alpha));
  return {
    results: { kl, lm, slope: gemm(du, matrix, { alpha }) },
    sums: sumsOf(
      graph,
      [...trained].flatMap(([name, tensor]) => {
        const slope = slopes.get(tensor);
        return slope ? [[name, slope] as const] : [];
      }),
    ),
  };
}

/** `words`: gradient for the embedded tokens [rows, D], where the embedding is trained. */
function trunkGraph(
  { graph, layout, weights: { student: tensors, trained }, student }: ModelPair,
  { architecture }: StudentShape,
  weights: LossWeights,
): StepGraph {
  const rowWeight = graph.input('rowWeight', [layout.positions.shape[0]!, 1]);
  const cosine = cosineLoss(graph.input('teacherHidden', student.hidden.shape), student.hidden, rowWeight);
  const slope = graph.input('slope', student.headInput.shape);
  // Its gradient for the head's input is the slope.
  const throughHead = reduceSum(mul(student.headInput, slope));
  const total = add(throughHead, mul(cosine, weights.cosine));
  const reached = new Set(reachableNodes([total]));
  const table = architecture.wordTable(tensors);
  const below = [...trained].filter(([, tensor]) => tensor !== table && reached.has(tensor.node));
  const isTrained = trained.get(architecture.embeddingName) === table;
  const [words, ...slopes] = gradients(total, [layout.words(table), ...below.map(([, tensor]) => tensor)]) as [
    Tensor,
    ...Tensor[],
  ];
  return {
    results: { cosine, ...(isTrained ? { words } : {}) },
    sums: sumsOf(
      graph,
      below.map(([name], index) => [name, slopes[index]!] as const),
    ),
  };
}

function sumsOf(graph: Graph, slopes: readonly (readonly [name: string, slope: Tensor])[]): StepGraph['sums'] {
  return Object.fromEntries(
    slopes.map(([name, slope]) => [name, add(graph.input(sumInput(name), slope.shape), slope)]),
  );
}

/** table[ids[i]] += rows[i] */
function addRows(rows: Float32Array, ids: Int32Array, table: Float32Array): void {
  const width = rows.length / ids.length;
  for (const [row, id] of ids.entries())
    for (let i = 0; i < width; i++) table[id * width + i] = table[id * width + i]! + rows[row * width + i]!;
}

/** Sums come from the optimiser's arrays and go into the same: nothing but elementwise additions read them. */
function inPlaceSums(
  sums: StepGraph['sums'],
  memory: ParameterMemory,
): { readonly feeds: Feeds; readonly into: Feeds } {
  const names = Object.keys(sums);
  return {
    feeds: Object.fromEntries(names.map((name) => [sumInput(name), memory.gradient(name)])),
    into: Object.fromEntries(names.map((name) => [name, memory.gradient(name)])),
  };
}

function sumInput(name: string): string {
  return `sum.${name}`;
}
