/** @file The fastest exact layout for one soft prompt shared by a batch. */

import type { Graph } from '../engine/graph.ts';
import type { Architecture } from './architecture.ts';
import { perExampleLayout } from './per-example-layout.ts';
import type { RowLayout } from './row-layout.ts';
import { sharedPrefixLayout } from './shared-prefix-layout.ts';

/** Causal models compute the prompt once for the batch; masked ones cannot, since their prompt rows see the text. */
export function promptLayout(graph: Graph, model: Architecture, virtualTokens: number): RowLayout {
  return model.kind === 'causal' && virtualTokens > 0
    ? sharedPrefixLayout(graph, model, virtualTokens)
    : perExampleLayout(graph, model, virtualTokens);
}
