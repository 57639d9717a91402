/** @file The gradients of whole models, prompt and every parameter, against central differences in float64. */

import { expect, test } from 'vitest';
import { gradients } from '../engine/gradient.ts';
import { Graph, type Tensor } from '../engine/graph.ts';
import { add, logSumExp, mul, reduceSum, sub } from '../engine/ops.ts';
import { loadProgram, lowerProgram } from '../engine/program.ts';
import { seededRandom } from '../seeded-random.ts';
import { padRight } from '../text/batches.ts';
import type { Architecture, Weights } from './architecture.ts';
import { architectureOf, lastHidden, scoredLogits, vocabularyLogits } from './language-model.ts';
import { perExampleLayout } from './per-example-layout.ts';
import { sharedPrefixLayout } from './shared-prefix-layout.ts';

const P = 3;
const BATCH = padRight(
  [
    { inputIds: Int32Array.of(3, 8, 1, 5, 2), scoredIndex: 4 },
    { inputIds: Int32Array.of(7, 4, 10), scoredIndex: 2 },
  ],
  0,
);

const gpt2 = { model_type: 'gpt2', n_layer: 2, n_embd: 8, n_head: 2, n_positions: 12, vocab_size: 11 };
const sizes = {
  num_hidden_layers: 2,
  hidden_size: 8,
  intermediate_size: 12,
  num_attention_heads: 4,
  max_position_embeddings: 12,
  vocab_size: 11,
};
const llama = { ...sizes, model_type: 'llama', num_key_value_heads: 2 };
// ONNX Runtime computes erf in float32 only, so the tanh form of GELU; the PyTorch fixtures hold the exact one.
const bert = { ...sizes, model_type: 'bert', num_attention_heads: 2, hidden_act: 'gelu_pytorch_tanh' };

const CONFIGS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'GPT-2': gpt2,
  'GPT-2, untied': { ...gpt2, tie_word_embeddings: false },
  Llama: llama,
  'Mistral with a window': { ...llama, model_type: 'mistral', sliding_window: 3 },
  Qwen2: { ...llama, model_type: 'qwen2', tie_word_embeddings: true },
  BERT: bert,
  RoBERTa: { ...bert, model_type: 'roberta', pad_token_id: 1, type_vocab_size: 1 },
};

type MakeLayout = typeof perExampleLayout;

/** Relative L2 distance between slopes along one random direction in each input and fourth-order central differences. */
async function slopeError(model: Architecture, makeLayout: MakeLayout): Promise<number> {
  const graph = new Graph();
  const layout = makeLayout(graph, model, P, 'f64');
  const inputs = new Map<string, Tensor>([['prompt', layout.prompt!]]);
  const weights: Weights = (name, shape) => {
    inputs.set(name, graph.input(name, shape, 'f64'));
    return inputs.get(name)!;
  };
  const loss = add(
    curved(scoredLogits(model, weights, layout)),
    curved(vocabularyLogits(model.headInput(weights, lastHidden(model, weights, layout, 'all')), model.head(weights))),
  );
  const names = [...inputs.keys()];
  const slopes = gradients(loss, [...inputs.values()]);
  const program = await loadProgram(
    lowerProgram({ loss, ...Object.fromEntries(slopes.map((slope, index) => [names[index]!, slope])) }),
    { threads: 1 },
  );

  const random = seededRandom(5);
  const numbers = (count: number): Float64Array => Float64Array.from({ length: count }, () => 2 * random() - 1);
  const { bindings, feeds } = layout.feeds(BATCH);
  const ownPrompt = layout.promptFeed(Float32Array.from(numbers(P * model.hiddenSize)), BATCH.batch);
  const values: Record<string, Float64Array | Int32Array> = {
    targets: numbers(model.vocabularySize),
    ...Object.fromEntries(
      Object.entries({ ...feeds, ...ownPrompt }).map(([name, data]) => [
        name,
        data instanceof Float32Array ? Float64Array.from(data) : (data as Int32Array),
      ]),
    ),
  };
  for (const [name, shape] of model.tensorShapes()) values[name] = numbers(shape.reduce((a, b) => a * b, 1));
  const built = await program.run(bindings, values);

  const step = 1e-4;
  const pairs: (readonly [number, number])[] = [];
  for (const name of names) {
    const at = values[name]! as Float64Array;
    const direction = numbers(at.length);
    const lossAt = async (h: number): Promise<number> =>
      Number((await program.run(bindings, { ...values, [name]: at.map((x, i) => x + h * direction[i]!) }))['loss']![0]);
    const near = (await lossAt(step)) - (await lossAt(-step));
    const far = (await lossAt(2 * step)) - (await lossAt(-2 * step));
    const slope = direction.reduce((sum, d, i) => sum + d * Number(built[name]![i]), 0);
    pairs.push([slope, (8 * near - far) / (12 * step)]);
  }
  await program.dispose();
  expect(names.length).toBe(model.tensorShapes().size + 1);
  return Math.hypot(...pairs.map(([slope, numeric]) => slope - numeric)) / Math.hypot(...pairs.map(([, x]) => x));
}

/** A curved function of logits [rows, V]: log sum exp less a weighted sum. */
function curved(logits: Tensor): Tensor {
  const targets = logits.graph.input('targets', [logits.shape[1]!], 'f64');
  return sub(reduceSum(logSumExp(logits)), reduceSum(mul(logits, targets)));
}

for (const [name, config] of Object.entries(CONFIGS)) {
  const model = architectureOf(config);
  const layouts: readonly (readonly [string, MakeLayout])[] = [
    ['a prompt for each example', perExampleLayout],
    ...(model.kind === 'causal' ? [['a shared prompt', sharedPrefixLayout] as const] : []),
  ];
  test.each(layouts)(`${name}: gradients are slopes, with %s`, async (_, makeLayout) => {
    // In float64 the runtime's tanh GELU is 2e-9 beside its formula.
    const tolerance = model.rotary ? 1e-9 : 1e-7;
    expect(await slopeError(model, makeLayout)).toBeLessThan(tolerance);
  });
}
