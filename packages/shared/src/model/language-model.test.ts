/** @file Logits and gradients of every architecture against PyTorch (test/fixtures/models, made by scripts/make-fixtures.py). */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readSafetensorsHeader, readTensor } from '../artifact/safetensors.ts';
import { gradients } from '../engine/gradient.ts';
import { Graph, type Tensor } from '../engine/graph.ts';
import { gather, logSumExp, mul, reduceSum, sub } from '../engine/ops.ts';
import { loadProgram, lowerProgram } from '../engine/program.ts';
import { padRight } from '../text/batches.ts';
import {
  frozenWeights,
  lastHidden,
  openLanguageModel,
  scoredLogits,
  storedName,
  vocabularyLogits,
} from './language-model.ts';
import { perExampleLayout } from './per-example-layout.ts';
import type { RowLayout } from './row-layout.ts';
import { sharedPrefixLayout } from './shared-prefix-layout.ts';

interface Expected {
  readonly inputIds: readonly (readonly number[])[];
  readonly lengths: readonly number[];
  readonly positions: readonly number[];
  readonly targets: readonly number[];
  readonly labels?: readonly (readonly number[])[];
  readonly parameterInputIds?: readonly (readonly number[])[];
  readonly parameterLoss?: number;
}

const root = join(import.meta.dirname, '../../../../test/fixtures/models');
const cases = readdirSync(root).filter((name) => existsSync(join(root, name, 'expected.json')));

function relativeError(actual: ArrayLike<number | bigint>, expected: ArrayLike<number>): number {
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < expected.length; i++) {
    difference += (Number(actual[i]) - expected[i]!) ** 2;
    norm += expected[i]! ** 2;
  }
  expect(actual.length).toBe(expected.length);
  return Math.sqrt(difference / norm);
}

async function openCase(name: string) {
  const dir = join(root, name);
  const model = await openLanguageModel(dir);
  const expected = JSON.parse(readFileSync(join(dir, 'expected.json'), 'utf8')) as Expected;
  const file = await readSafetensorsHeader(join(dir, 'expected.safetensors'));
  const examples = expected.inputIds.map((ids, example) => ({
    inputIds: Int32Array.from(ids.slice(0, expected.lengths[example])),
    scoredIndex: expected.positions[example]!,
  }));
  return { dir, model, expected, batch: padRight(examples, 0), read: (tensor: string) => readTensor(file, tensor) };
}

type OpenCase = Awaited<ReturnType<typeof openCase>>;

function layouts({ model }: OpenCase, virtualTokens: number): readonly ((graph: Graph) => RowLayout)[] {
  const own = (graph: Graph): RowLayout => perExampleLayout(graph, model.architecture, virtualTokens);
  const shared = (graph: Graph): RowLayout => sharedPrefixLayout(graph, model.architecture, virtualTokens);
  return model.architecture.kind === 'causal' && virtualTokens > 0 ? [own, shared] : [own];
}

for (const name of cases) {
  for (const virtualTokens of [0, 1, 5, 100]) {
    test(`${name}: logits with ${virtualTokens} virtual tokens equal those of transformers`, async () => {
      const opened = await openCase(name);
      const { model, batch, read } = opened;
      const prompt = (await read('prompt')).subarray(0, virtualTokens * model.architecture.hiddenSize);
      for (const make of layouts(opened, virtualTokens)) {
        const graph = new Graph();
        const layout = make(graph);
        const logits = scoredLogits(model.architecture, frozenWeights(graph), layout);
        const program = await loadProgram(lowerProgram({ logits }, model.lookup), { threads: 1 });
        const { bindings, feeds } = layout.feeds(batch);
        const result = await program.run(bindings, {
          ...feeds,
          ...layout.promptFeed(virtualTokens === 0 ? undefined : prompt, batch.batch),
        });
        await program.dispose();
        expect(relativeError(result['logits']!, await read(`logits/${virtualTokens}`))).toBeLessThan(1e-5);
      }
    });
  }

  test(`${name}: prompt gradients equal those of PyTorch, summed and per example`, async () => {
    const opened = await openCase(name);
    const { model, batch, expected, read } = opened;
    const prompt = (await read('prompt')).subarray(0, 5 * model.architecture.hiddenSize);
    for (const make of layouts(opened, 5)) {
      const graph = new Graph();
      const layout = make(graph);
      const loss = reduceSum(
        crossEntropy(graph, scoredLogits(model.architecture, frozenWeights(graph), layout), layout.batch),
      );
      const program = await loadProgram(
        lowerProgram({ gradient: gradients(loss, [layout.prompt!])[0]! }, model.lookup),
        { threads: 1 },
      );
      const { bindings, feeds } = layout.feeds(batch);
      const result = await program.run(bindings, {
        ...feeds,
        ...oneHot(expected.targets, model.architecture.vocabularySize),
        ...layout.promptFeed(prompt, batch.batch),
      });
      await program.dispose();
      const reference = layout.prompt!.shape.length === 2 ? 'promptGradient' : 'promptGradientPerExample';
      expect(relativeError(result['gradient']!, await read(reference))).toBeLessThan(1e-5);
    }
  });

  if (existsSync(join(root, name, 'gradients.safetensors'))) {
    test(`${name}: gradients of all parameters equal those of PyTorch`, async () => {
      const { dir, model, expected, batch } = await openCase(name);
      const { architecture, folder } = model;
      const file = await readSafetensorsHeader(join(dir, 'gradients.safetensors'));
      const parameters = new Map<string, Tensor>();
      const graph = new Graph();
      const weights = (tensor: string, shape: readonly number[]): Tensor => {
        parameters.set(tensor, graph.input(tensor, shape));
        return parameters.get(tensor)!;
      };
      const layout = perExampleLayout(graph, architecture, 0);
      const hidden = architecture.headInput(weights, lastHidden(architecture, weights, layout, 'all'));
      const losses = crossEntropy(graph, vocabularyLogits(hidden, architecture.head(weights)), hidden.shape[0]!);
      const loss = reduceSum(mul(losses, graph.input('counted', [hidden.shape[0]!, 1])));
      const names = [...parameters.keys()];
      const outputs = Object.fromEntries([
        ['loss', loss],
        ...gradients(loss, [...parameters.values()]).map((gradient, index): [string, Tensor] => [
          names[index]!,
          gradient,
        ]),
      ]);
      const program = await loadProgram(lowerProgram(outputs), { threads: 1 });
      const labels = expected.labels!.flat();
      const counted = labels.filter((label) => label >= 0).length;
      const ids = expected.parameterInputIds ?? expected.inputIds;
      const { bindings, feeds } = layout.feeds({ ...batch, inputIds: Int32Array.from(ids.flat()) });
      const values = Object.fromEntries(
        await Promise.all(
          names.map(async (tensor) => [tensor, await folder.read(storedName(folder, tensor))] as const),
        ),
      );
      const result = await program.run(bindings, {
        ...feeds,
        ...values,
        ...oneHot(
          labels.map((label) => Math.max(label, 0)),
          architecture.vocabularySize,
        ),
        counted: Float32Array.from(labels, (label) => (label < 0 ? 0 : 1 / counted)),
      });
      await program.dispose();
      expect(Number(result['loss']![0])).toBeCloseTo(expected.parameterLoss!, 4);
      const actual: number[] = [];
      const wanted: number[] = [];
      for (const tensor of file.tensors.keys()) {
        const reference = await readTensor(file, tensor);
        wanted.push(...reference);
        actual.push(
          ...(result[names.find((long) => long === tensor || storedName(folder, long) === tensor)!] as Float32Array),
        );
        if (Math.hypot(...reference) > 1e-6)
          expect(
            relativeError(
              result[names.find((long) => storedName(folder, long) === tensor)!]! as Float32Array,
              reference,
            ),
            tensor,
          ).toBeLessThan(1e-4);
      }
      expect(relativeError(actual, wanted)).toBeLessThan(1e-5);
    });
  }
}

/** [rows, 1]: log sum exp - logit of the target, the target given as a one-hot row. */
function crossEntropy(graph: Graph, logits: Tensor, rows: Tensor['shape'][number]): Tensor {
  const table = graph.input('identity', [logits.shape[1]!, logits.shape[1]!]);
  const target = gather(table, graph.input('targets', [rows], 'i32'));
  return sub(logSumExp(logits), reduceSum(mul(logits, target), [-1]));
}

function oneHot(targets: readonly number[], vocabulary: number): Record<string, Float32Array | Int32Array> {
  const identity = new Float32Array(vocabulary * vocabulary);
  for (let row = 0; row < vocabulary; row++) identity[row * (vocabulary + 1)] = 1;
  return { identity, targets: Int32Array.from(targets) };
}
