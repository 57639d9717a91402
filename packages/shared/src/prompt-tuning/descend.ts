/** @file The loop that all prompt training shares: p <- Adam(p, g), with checkpoints and events. */

import type { Checkpoint } from '../artifact/checkpoint.ts';
import { yieldToEvents } from '../engine/compute-task.ts';
import type { Report } from '../events.ts';
import { adamW, type AdamWState } from '../optim/adamw.ts';
import type { Optimiser, OptimiserOptions } from '../optim/optimiser.ts';
import { warmupLinear } from '../optim/schedule.ts';

/** What happened to the records in one step. Private where the records are. */
export interface LotRecord {
  readonly lotSize: number;
  readonly lossSum: number;
  /** Examples whose gradient was not finite, and which so added nothing. */
  readonly nonFinite: number;
}

export interface StepGradient {
  /** [P * D] */
  readonly gradient: Float32Array;
  readonly record: LotRecord;
}

/** Gives the gradient of one step (counted from 0) at a prompt [P * D]. */
export type GradientSource = (prompt: Float32Array, step: number) => Promise<StepGradient>;

export interface DescendOptions {
  /** Names the progress events. */
  readonly phase: string;
  /** Names the mean loss in them. @default 'loss' */
  readonly metric?: string;
  /** @default Adam */
  readonly optimiser?: (options: OptimiserOptions) => Optimiser<AdamWState>;
  /** The optimiser's first learning rate; it falls linearly to 0. */
  readonly peak: number;
  readonly steps: number;
  readonly checkpoint?: Checkpoint | undefined;
  readonly emit: Report;
  readonly signal: AbortSignal;
  /** What the caller keeps from step to step, to be saved and restored with the checkpoint. */
  readonly companions?: {
    readonly save: () => Readonly<Record<string, Float32Array>>;
    readonly restore: (arrays: Readonly<Record<string, Float32Array>>) => void;
  };
  /** Called after each step, before it may be saved; `true` ends the run early. */
  readonly afterStep?: (prompt: Float32Array, finished: number) => Promise<boolean>;
}

const CHECKPOINT_EVERY = 25;

/**
 * Trains a prompt from `start` [P * D], or from the checkpoint. When the signal aborts, the steps done are saved.
 * @returns the prompt, and what happened in every step, those before an interruption included
 * @throws CANCELLED through the signal, BAD_CHECKPOINT
 */
export async function descend(
  start: Float32Array,
  source: GradientSource,
  {
    phase,
    metric = 'loss',
    optimiser: make = adamW,
    peak,
    steps,
    checkpoint,
    companions,
    emit,
    signal,
    afterStep,
  }: DescendOptions,
): Promise<{ readonly prompt: Float32Array; readonly records: readonly LotRecord[] }> {
  const optimiser = make({ learningRate: warmupLinear({ peak, totalSteps: steps }) });
  const saved = await checkpoint?.load();
  let prompt = saved?.arrays['prompt'] ?? start;
  let state: AdamWState = saved
    ? { step: saved.step, m: saved.arrays['m']!, v: saved.arrays['v']! }
    : optimiser.init(prompt);
  if (saved) {
    companions?.restore(saved.arrays);
    emit({ kind: 'message', level: 'info', message: `going on after step ${saved.step} of an earlier run` });
  }
  const records = saved ? unpackRecords(saved.arrays['records']!) : [];
  let savedStep = state.step;
  const save = async (): Promise<void> => {
    const { step, m, v } = state;
    await checkpoint?.save({ step, arrays: { ...companions?.save(), prompt, m, v, records: packRecords(records) } });
    savedStep = step;
  };
  while (state.step < steps) {
    if (signal.aborted && state.step > savedStep) await save();
    signal.throwIfAborted();
    const { gradient, record } = await source(prompt, state.step);
    ({ parameters: prompt, state } = optimiser.update(gradient, state, prompt));
    // Rounded as a checkpoint rounds it, so that a resumed run reports the same numbers.
    records.push({ ...record, lossSum: Math.fround(record.lossSum) });
    const metrics = record.lotSize > 0 ? { [metric]: record.lossSum / record.lotSize } : {};
    emit({ kind: 'progress', phase, step: state.step, steps, metrics });
    if (await afterStep?.(prompt, state.step)) break;
    if (state.step % CHECKPOINT_EVERY === 0) await save();
    await yieldToEvents();
  }
  return { prompt, records };
}

function packRecords(records: readonly LotRecord[]): Float32Array {
  return Float32Array.from(records.flatMap(({ lotSize, lossSum, nonFinite }) => [lotSize, lossSum, nonFinite]));
}

function unpackRecords(numbers: Float32Array): LotRecord[] {
  return Array.from({ length: numbers.length / 3 }, (_, row) => {
    const [lotSize = 0, lossSum = 0, nonFinite = 0] = numbers.subarray(3 * row, 3 * row + 3);
    return { lotSize, lossSum, nonFinite };
  });
}
