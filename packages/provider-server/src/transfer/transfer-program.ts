/** @file The two graphs of a transfer: a step (loss and prompt gradient), and the loss alone for held-out texts. */

import { gradients } from '@softpost/shared/engine/gradient';
import { Graph, type Tensor } from '@softpost/shared/engine/graph';
import { reduceSum } from '@softpost/shared/engine/ops';
import { loadProgram, lowerProgram, type LoadedProgram } from '@softpost/shared/engine/program';
import { frozenWeights, type LanguageModel } from '@softpost/shared/model/language-model';
import { promptLayout } from '@softpost/shared/model/prompt-layout';
import { type Readout, vocabularyReadout } from '@softpost/shared/scoring/readout';
import { padRight } from '@softpost/shared/text/batches';
import type { EncodedText } from '@softpost/shared/text/template';
import { transferLoss, type ReferenceRows } from './transfer-loss.ts';

export interface TransferLosses {
  readonly l1: number;
  readonly l2: number;
}

export interface TransferProgram {
  /** Gradient of (1 - alpha) L1 + alpha L2 with respect to the teacher's prompt [P * D], and the losses. */
  step(
    prompt: Float32Array,
    texts: readonly EncodedText[],
    references: ReferenceRows,
    alpha: number,
  ): Promise<TransferLosses & { readonly gradient: Float32Array }>;
  losses(prompt: Float32Array, texts: readonly EncodedText[], references: ReferenceRows): Promise<TransferLosses>;
  dispose(): Promise<void>;
}

export interface TransferProgramOptions {
  readonly threads?: number | undefined;
  /** Keep reordered weights: a little faster, twice the memory. @default false */
  readonly prepack?: boolean;
  /** What the losses compare; that of the references. @default vocabulary logits, as in the paper */
  readonly readout?: Readout | undefined;
}

export async function openTransferProgram(
  teacher: LanguageModel,
  virtualTokens: number,
  { threads, prepack = false, readout = vocabularyReadout(teacher.architecture) }: TransferProgramOptions = {},
): Promise<TransferProgram> {
  const graph = new Graph();
  const layout = promptLayout(graph, teacher.architecture, virtualTokens);
  const { l1, l2, loss } = transferLoss(readout.build(teacher.architecture, frozenWeights(graph), layout));
  const [perLayout] = gradients(loss, [layout.prompt!]);
  const session = threads === undefined ? { prepack } : { prepack, threads };
  const load = (outputs: Record<string, Tensor>): Promise<LoadedProgram> =>
    loadProgram(lowerProgram(outputs, teacher.lookup), session);
  const stepping = await load({ l1, l2, gradient: sharedGradient(perLayout!) });
  // Not every transfer watches its losses, and not from the first step on.
  let measuring: Promise<LoadedProgram> | undefined;

  const run = async (
    program: LoadedProgram,
    prompt: Float32Array,
    texts: readonly EncodedText[],
    references: ReferenceRows,
    alpha: Readonly<Record<string, Float32Array>>,
  ) => {
    const { bindings, feeds } = layout.feeds(padRight(texts, 0));
    return program.run(
      { ...bindings, W: readout.words },
      { ...feeds, ...readout.feeds, ...layout.promptFeed(prompt, texts.length), ...references, ...alpha },
    );
  };
  return {
    step: async (prompt, texts, references, alpha) => {
      const result = await run(stepping, prompt, texts, references, { alpha: Float32Array.of(alpha) });
      return {
        l1: Number(result['l1']![0]),
        l2: Number(result['l2']![0]),
        gradient: result['gradient'] as Float32Array,
      };
    },
    losses: async (prompt, texts, references) => {
      measuring ??= load({ l1, l2 });
      const result = await run(await measuring, prompt, texts, references, {});
      return { l1: Number(result['l1']![0]), l2: Number(result['l2']![0]) };
    },
    dispose: async () => {
      await stepping.dispose();
      await (await measuring)?.dispose();
    },
  };
}

/** The gradient of one prompt shared by the batch, also where the layout gives every example a copy [B, P, D]. */
function sharedGradient(gradient: Tensor): Tensor {
  return gradient.shape.length === 2 ? gradient : reduceSum(gradient, [0]);
}
