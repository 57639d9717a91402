import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sameShape } from '../engine/dim.ts';
import { gradients } from '../engine/gradient.ts';
import { Graph } from '../engine/graph.ts';
import { reduceSum } from '../engine/ops.ts';
import { frozenWeights, openLanguageModel, scoredLogits } from './language-model.ts';
import { perExampleLayout } from './per-example-layout.ts';
import { sharedPrefixLayout } from './shared-prefix-layout.ts';

const models = join(import.meta.dirname, '../../../../test/fixtures/models');

function products({ nodes }: Graph): number {
  return nodes.filter(({ kind }) => kind === 'gemm').length;
}

// Kills: gradients of frozen weights, or of the words of the text, in a pass that wants the prompt's only.
test.each([
  ['one prompt per example', perExampleLayout],
  ['a shared prompt', sharedPrefixLayout],
])('with %s the backward pass has one product for each of the forward pass', async (_, makeLayout) => {
  const { architecture } = await openLanguageModel(join(models, 'gpt2'));
  const graph = new Graph();
  const layout = makeLayout(graph, architecture, 3);
  const loss = reduceSum(scoredLogits(architecture, frozenWeights(graph), layout));
  const forward = products(graph);
  gradients(loss, [layout.prompt!]);

  expect(products(graph)).toBe(2 * forward);
  const { vocabularySize, hiddenSize } = architecture;
  const likeWordTable = graph.nodes.filter(({ outputs }) =>
    outputs.some(({ shape }) => sameShape(shape, [vocabularySize, hiddenSize])),
  );
  expect(likeWordTable.map(({ kind }) => kind)).toEqual(['weight']);
});
