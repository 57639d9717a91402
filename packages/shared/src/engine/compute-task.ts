/** @file The child's side of a compute process: serves whole tasks (distill, tune, ...) to the parent that forked it. */
import { setImmediate } from 'node:timers/promises';
import { inspect } from 'node:util';
import { isSoftpostError, SoftpostError, type ErrorCode } from '../errors.ts';

export interface ComputeContext<Event> {
  /** Sends progress to the caller. */
  readonly emit: (event: Event) => void;
  /** Aborted when the caller cancels; look at it between steps, after `yieldToEvents`. */
  readonly signal: AbortSignal;
}

/** A function that runs in the compute process; options, events and result cross by structured clone. */
export type ComputeTask<Options, Event, Result> = (options: Options, context: ComputeContext<Event>) => Promise<Result>;

/** Any set of tasks, by name. */
export type ComputeTasks = Readonly<Record<string, ComputeTask<never, unknown, unknown>>>;

/** What the parent sends. */
export type ToChild =
  | { readonly kind: 'call'; readonly id: number; readonly task: string; readonly options: unknown }
  | { readonly kind: 'abort'; readonly id: number };

/** What the child sends. `cause` is the thrown value as text, because not every such value can be cloned. */
export type FromChild =
  | { readonly kind: 'event'; readonly id: number; readonly event: unknown }
  | { readonly kind: 'result'; readonly id: number; readonly result: unknown }
  | {
      readonly kind: 'error';
      readonly id: number;
      readonly code: ErrorCode;
      readonly message: string;
      readonly cause: string;
    };

/** Serves `tasks` until the parent goes away. Called once, by the entry module of the process. */
export function serveCompute(tasks: ComputeTasks): void {
  const controllers = new Map<number, AbortController>();

  const answer = async (id: number, task: string, options: unknown): Promise<void> => {
    const controller = new AbortController();
    controllers.set(id, controller);
    try {
      const run = tasks[task];
      if (run === undefined) throw new SoftpostError('ENGINE', `The compute process has no task '${task}'.`);
      const emit = (event: unknown): void => send({ kind: 'event', id, event });
      send({ kind: 'result', id, result: await run(options as never, { emit, signal: controller.signal }) });
    } catch (reason) {
      send({ kind: 'error', id, ...describe(reason, task, controller.signal), cause: inspect(reason) });
    } finally {
      controllers.delete(id);
    }
  };

  process.on('message', (message: ToChild) => {
    if (message.kind === 'abort') controllers.get(message.id)?.abort();
    else void answer(message.id, message.task, message.options);
  });
  process.on('disconnect', () => process.exit());
  // A terminal or service manager signals the whole group. The parent decides: it aborts, and the task ends between steps.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
}

/** Lets messages (a cancel) and timers in. `Session.run` blocks the event loop, so a step loop awaits this between steps. */
export function yieldToEvents(): Promise<void> {
  return setImmediate();
}

function send(message: FromChild): void {
  process.send?.(message, undefined, undefined, (parentIsGone) => {
    if (parentIsGone) process.exit();
  });
}

function describe(
  reason: unknown,
  task: string,
  signal: AbortSignal,
): { readonly code: ErrorCode; readonly message: string } {
  if (isSoftpostError(reason)) return { code: reason.code, message: reason.message };
  if (signal.aborted) return { code: 'CANCELLED', message: `The task '${task}' was cancelled.` };
  return { code: 'ENGINE', message: `The task '${task}' failed unexpectedly.` };
}
