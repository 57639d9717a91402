/** @file A masked model with soft prompts of any length: rows [B * L], virtual tokens and words of B whole sequences. */

import { multiplyDims, symbol } from '@softpost/shared/engine/dim';
import { Graph } from '@softpost/shared/engine/graph';
import { gather } from '@softpost/shared/engine/ops';
import { loadProgram, lowerProgram } from '@softpost/shared/engine/program';
import { attention, joinHeads, keyHeads, MASKED, queryHeads } from '@softpost/shared/model/heads';
import { frozenWeights, scoredLogits, type LanguageModel } from '@softpost/shared/model/language-model';
import { positionInputs, rotaryFeeds } from '@softpost/shared/model/position-inputs';
import type { RowGraph } from '@softpost/shared/model/row-layout';
import type { Architecture } from '@softpost/shared/model/architecture';
import { rowwiseThreads } from './cached-model.ts';
import { mixedFeeds, mixedRows } from './mixed-rows.ts';

/** B sequences of at most L tokens. */
export interface MaskedBatch {
  readonly length: number;
  readonly sequences: readonly {
    /** [P, D] */
    readonly embeddings: Float32Array;
    readonly virtualTokens: number;
    readonly inputIds: Int32Array;
    /** Index into inputIds. */
    readonly scoredIndex: number;
  }[];
}

export interface MaskedModel {
  readonly architecture: Architecture;
  /** Logits [B, V] at the scored tokens; as with a cached model, the batch changes no bit of a sequence. */
  score(batch: MaskedBatch): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** @throws BACKEND_UNAVAILABLE, ENGINE */
export async function loadMaskedModel(model: LanguageModel, threads = Infinity): Promise<MaskedModel> {
  const { architecture, lookup } = model;
  const graph = new Graph();
  const logits = scoredLogits(architecture, frozenWeights(graph), maskedLayout(graph, architecture));
  const program = await loadProgram(lowerProgram({ logits }, lookup), {
    threads: rowwiseThreads(architecture, threads),
    prepack: true,
  });
  return {
    architecture,
    score: async ({ length, sequences }) => {
      const rows = sequences.length * length;
      const inputIds = new Int32Array(rows);
      const mask = new Float32Array(rows).fill(MASKED);
      const scoredRows = new Int32Array(sequences.length);
      for (const [index, sequence] of sequences.entries()) {
        const text = index * length + sequence.virtualTokens;
        inputIds.set(sequence.inputIds, text);
        mask.fill(0, index * length, text + sequence.inputIds.length);
        scoredRows[index] = text + sequence.scoredIndex;
      }
      const virtual = sequences.map(({ embeddings }, index) => ({ row: index * length, tokens: embeddings }));
      const positions = Int32Array.from({ length: rows }, (_, row) => architecture.firstPosition + (row % length));
      const outputs = await program.run(
        { B: sequences.length, L: length },
        {
          ...mixedFeeds(inputIds, architecture.hiddenSize, virtual),
          ...rotaryFeeds(architecture, positions),
          positions,
          mask,
          scoredRows,
        },
      );
      return outputs['logits'] as Float32Array;
    },
    dispose: () => program.dispose(),
  };
}

function maskedLayout(graph: Graph, model: Architecture): RowGraph {
  const batch = symbol('B');
  const length = symbol('L');
  const rows = multiplyDims(batch, length);
  const scored = graph.input('scoredRows', [batch], 'i32');
  const mask = graph.input('mask', [batch, 1, 1, length]);
  return {
    ...positionInputs(graph, model, rows, scored, 'f32'),
    words: (table) => mixedRows(graph, table, rows),
    select: (x, which) => (which === 'all' ? x : gather(x, scored)),
    attend: (q, k, v, shape, which) => {
      const queries = which === 'all' ? length : 1;
      const mixed = attention(
        queryHeads(q, batch, queries, shape),
        keyHeads(k, batch, length, shape),
        keyHeads(v, batch, length, shape),
        mask,
        queries,
        shape,
      );
      return joinHeads(mixed, batch, queries, shape);
    },
  };
}
