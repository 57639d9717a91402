/** @file Proxy tasks: public texts with labels, on which the provider can try the whole method without private data. */

import type { EncodedExample } from '@softpost/shared/prompt-tuning/task-gradient';
import { argmaxRows, scoreLabels } from '@softpost/shared/scoring/scorer';
import { readExamples } from '@softpost/shared/text/read-examples';
import { readTask } from '@softpost/shared/text/task';
import type { EncodedText } from '@softpost/shared/text/template';
import { sample, splitPublicTexts, type PublicTexts } from './public-texts.ts';
import { openTaskPair, type PairFolders, type TaskPair } from './task-pair.ts';

/** A public task that is treated as if it were private. */
export interface ProxyTask extends TaskPair {
  /** Who gave the labels: the file that the texts are from, or the teacher. */
  readonly labels: 'file' | 'teacher';
  readonly training: readonly EncodedExample[];
  readonly validation: readonly EncodedExample[];
  /** The texts of the proxy's own transfer. */
  readonly publicTexts: PublicTexts;
}

export interface LabelledProxy extends PairFolders {
  readonly taskFile: string;
  readonly dataFile: string;
  /** Most texts used. */
  readonly publicLimit: number;
  readonly virtualTokens: number;
  readonly seed: number;
}

/** A public set with labels of its own. @throws BAD_DATA_FILE when it has too few texts, and what reading the files throws */
export async function labelledProxy(options: LabelledProxy): Promise<ProxyTask> {
  const { taskFile, dataFile, publicLimit, virtualTokens, seed } = options;
  const task = await readTask(taskFile);
  const names = task.labels.map(({ name }) => name);
  const examples = sample(await readExamples(dataFile, names), publicLimit, seed);
  const pair = await openTaskPair(options, task, virtualTokens);
  const labelOf = new Map(examples.map(({ text, label }) => [pair.encode(text), label]));
  const publicTexts = splitPublicTexts([...labelOf.keys()], seed, dataFile);
  return {
    ...pair,
    labels: 'file',
    publicTexts,
    training: labelled(publicTexts, publicTexts.training, labelOf),
    validation: publicTexts.judged.map((input) => ({ input, label: labelOf.get(input)! })),
  };
}

/**
 * Where no labels are at hand, the teacher gives them: its zero-shot label scores, less their mean over the texts, so that
 * every label is used (contextual calibration, Zhao et al., 2021, arXiv 2102.09690). The judged texts stay out of it.
 */
export async function selfLabelledProxy(
  pair: TaskPair,
  publicTexts: PublicTexts,
  options: { readonly threads?: number | undefined; readonly signal?: AbortSignal },
): Promise<ProxyTask> {
  const { model, verbalizer } = pair.teacher;
  const { labelCount } = verbalizer;
  const scores = await scoreLabels(model, verbalizer, publicTexts.texts, options);
  for (let label = 0; label < labelCount; label++) {
    let mean = 0;
    for (let index = label; index < scores.length; index += labelCount)
      mean += (scores[index]! * labelCount) / scores.length;
    for (let index = label; index < scores.length; index += labelCount) scores[index]! -= mean;
  }
  const labels = argmaxRows(scores, labelCount);
  const labelOf = new Map(publicTexts.texts.map((text, index) => [text, labels[index]!]));
  return {
    ...pair,
    labels: 'teacher',
    publicTexts,
    training: labelled(publicTexts, publicTexts.training, labelOf),
    validation: labelled(publicTexts, publicTexts.heldOut, labelOf),
  };
}

function labelled(
  { texts }: PublicTexts,
  indices: readonly number[],
  labelOf: ReadonlyMap<EncodedText, number>,
): readonly EncodedExample[] {
  return indices.map((index) => ({ input: texts[index]!, label: labelOf.get(texts[index]!)! }));
}
