/** @file STEP 3 of POST (paper section 4.3): a prompt for the teacher that does on public text what the student's prompt does there. */

import type { Checkpoint } from '@softpost/shared/artifact/checkpoint';
import type { SoftPrompt } from '@softpost/shared/artifact/prompt-folder';
import { SoftpostError } from '@softpost/shared/errors';
import type { Report } from '@softpost/shared/events';
import { descend } from '@softpost/shared/prompt-tuning/descend';
import { bucketedBatch } from './bucketed-batch.ts';
import type { PublicTexts } from './public-texts.ts';
import type { References } from './references.ts';
import type { TransferLosses, TransferProgram } from './transfer-program.ts';

export interface TransferSettings {
  /** Weight of L2, in [0, 1]. */
  readonly alpha: number;
  readonly steps: number;
  readonly batchSize: number;
  /** Adam's first learning rate, in the units of the embeddings. */
  readonly peak: number;
  readonly seed: number;
  readonly checkpoint?: Checkpoint | undefined;
  readonly emit: Report;
  readonly signal: AbortSignal;
}

export interface TransferredPrompt {
  readonly prompt: SoftPrompt;
  /** Held-out losses of the prompt that was kept. */
  readonly heldOut: TransferLosses;
  /** The step it is from; later ones did not lower the held-out loss. */
  readonly bestStep: number;
  readonly trainingLosses: readonly number[];
  /** [finished steps, held-out loss] */
  readonly heldOutCurve: readonly (readonly [number, number])[];
}

const WATCH_EVERY = 25;
const PATIENCE = 4;

/**
 * Trains until `steps`, or until the held-out loss has not fallen for 100 steps; keeps the best prompt seen.
 * @throws NON_FINITE, BAD_CHECKPOINT, CANCELLED through the signal
 */
export async function transferPrompt(
  start: SoftPrompt,
  program: TransferProgram,
  { texts, training, heldOut }: PublicTexts,
  references: References,
  settings: TransferSettings,
): Promise<TransferredPrompt> {
  const { alpha, steps, batchSize, peak, seed, checkpoint, emit, signal } = settings;
  // Rounded as a checkpoint rounds it, so that a resumed run reports the same numbers.
  const mix = ({ l1, l2 }: TransferLosses): number => Math.fround((1 - alpha) * l1 + alpha * l2);
  const lengths = training.map((index) => texts[index]!.inputIds.length);
  let best = { prompt: start.embeddings, losses: await heldOutLosses(start.embeddings, 0), step: 0 };
  let heldOutCurve: (readonly [number, number])[] = [[0, mix(best.losses)]];

  const { records } = await descend(
    start.embeddings,
    async (prompt, step) => {
      const batch = bucketedBatch(lengths, batchSize, step, seed).map((position) => training[position]!);
      const result = await program.step(
        prompt,
        batch.map((index) => texts[index]!),
        references.rows(batch),
        alpha,
      );
      const loss = mix(result);
      checkFinite(loss, `loss of step ${step + 1}`);
      return { gradient: result.gradient, record: { lotSize: 1, lossSum: loss, nonFinite: 0 } };
    },
    {
      phase: 'transfer',
      peak,
      steps,
      checkpoint,
      companions: {
        save: () => ({
          best: best.prompt,
          bestOf: Float32Array.of(best.losses.l1, best.losses.l2, best.step),
          heldOutCurve: Float32Array.from(heldOutCurve.flat()),
        }),
        restore: (saved) => {
          const [l1, l2, step] = saved['bestOf']!;
          best = { prompt: saved['best']!, losses: { l1: l1!, l2: l2! }, step: step! };
          const points = saved['heldOutCurve']!;
          heldOutCurve = Array.from({ length: points.length / 2 }, (_, point) => [
            points[2 * point]!,
            points[2 * point + 1]!,
          ]);
        },
      },
      emit,
      signal,
      afterStep: async (prompt, finished) => {
        if (finished % WATCH_EVERY !== 0 && finished !== steps) return false;
        const losses = await heldOutLosses(prompt, finished);
        heldOutCurve.push([finished, mix(losses)]);
        if (mix(losses) < mix(best.losses)) best = { prompt, losses, step: finished };
        return finished - best.step >= PATIENCE * WATCH_EVERY;
      },
    },
  );
  return {
    prompt: { ...start, embeddings: best.prompt },
    heldOut: best.losses,
    bestStep: best.step,
    trainingLosses: records.map(({ lossSum }) => lossSum),
    heldOutCurve,
  };

  async function heldOutLosses(prompt: Float32Array, finished: number): Promise<TransferLosses> {
    let l1 = 0;
    let l2 = 0;
    for (let first = 0; first < heldOut.length; first += batchSize) {
      const batch = heldOut.slice(first, first + batchSize);
      const losses = await program.losses(
        prompt,
        batch.map((index) => texts[index]!),
        references.rows(batch),
      );
      l1 += (losses.l1 * batch.length) / heldOut.length;
      l2 += (losses.l2 * batch.length) / heldOut.length;
    }
    checkFinite(l1 + l2, `held-out loss after ${finished} steps`);
    return { l1: Math.fround(l1), l2: Math.fround(l2) };
  }
}

/** Nothing could be better than NaN, so that the run would go on, and keep it. @throws NON_FINITE */
function checkFinite(loss: number, name: string): void {
  if (Number.isFinite(loss)) return;
  throw new SoftpostError(
    'NON_FINITE',
    `the ${name} is not finite: lower the learning rate, or look for huge values in models and prompt`,
  );
}
