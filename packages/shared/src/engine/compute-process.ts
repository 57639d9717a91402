/** @file The parent's side of a compute process: graphs run in a forked child, so this process stays responsive and can kill them. */
import { fork, type ChildProcess } from 'node:child_process';
import { SoftpostError } from '../errors.ts';
import type { ComputeTask, ComputeTasks, FromChild, ToChild } from './compute-task.ts';

export interface CallSettings<Event> {
  /** Aborting it asks the task to end at its next step. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: Event) => void;
  /** How long an aborted task may go on before the child is killed, in milliseconds. @default 5000 */
  readonly killAfterMs?: number;
}

/** What a task is called with, and what it comes to. */
export type OptionsOf<Task> = Task extends ComputeTask<infer Options, unknown, unknown> ? Options : never;
export type ResultOf<Task> = Task extends ComputeTask<never, unknown, infer Result> ? Result : never;
type EventOf<Task> = Task extends ComputeTask<never, infer Event, unknown> ? Event : never;

/** A child process started by the first call, and again by the first call after it ended. Until closed it keeps this process alive. */
export interface ComputeProcess<Tasks extends ComputeTasks> {
  /**
   * Runs a task in the child. Calls may overlap; they then take turns at each step.
   * @throws SoftpostError the task's own; ENGINE: it threw anything else; CANCELLED: aborted, closed or killed;
   *   COMPUTE_PROCESS_DIED: the child ended by itself or from outside
   */
  call<Name extends keyof Tasks & string>(
    task: Name,
    options: OptionsOf<Tasks[Name]>,
    settings?: CallSettings<EventOf<Tasks[Name]>>,
  ): Promise<ResultOf<Tasks[Name]>>;
  /** Ends the child between two steps, or by force where no step ends, and waits for it. */
  close(): Promise<void>;
  /** Ends the child at once. */
  kill(): void;
}

const KILL_AFTER_MS = 5000;

interface PendingCall {
  readonly task: string;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: SoftpostError) => void;
  readonly onEvent: ((event: never) => void) | undefined;
  cancelled: boolean;
}

interface Child {
  readonly process: ChildProcess;
  readonly pending: Map<number, PendingCall>;
}

/** @param entry module that calls `serveCompute(tasks)`, run by the same Node.js */
export function startComputeProcess<Tasks extends ComputeTasks>(entry: URL | string): ComputeProcess<Tasks> {
  let current: Child | undefined;
  let lastId = 0;

  const start = (): Child => {
    const child = forkChild(entry, () => {
      if (current === child) current = undefined;
    });
    return child;
  };

  /** Gives the child up: a later call starts another. */
  const release = (): ChildProcess | undefined => {
    const released = current;
    current = undefined;
    for (const call of released?.pending.values() ?? []) call.cancelled = true;
    return released?.process;
  };

  return {
    call: async (task, options, { signal, onEvent, killAfterMs = KILL_AFTER_MS } = {}) => {
      if (signal?.aborted) throw cancelled(task);
      const { process: child, pending } = (current ??= start());
      const id = ++lastId;
      let killTimer: NodeJS.Timeout | undefined;
      const abort = (): void => {
        const call = pending.get(id);
        if (call === undefined) return;
        call.cancelled = true;
        send(child, { kind: 'abort', id });
        killTimer = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
      };
      signal?.addEventListener('abort', abort, { once: true });
      try {
        return await new Promise((resolve, reject) => {
          pending.set(id, { task, resolve: resolve as (result: unknown) => void, reject, onEvent, cancelled: false });
          send(child, { kind: 'call', id, task, options });
        });
      } finally {
        pending.delete(id);
        clearTimeout(killTimer);
        signal?.removeEventListener('abort', abort);
      }
    },

    close: async () => {
      const child = release();
      if (child === undefined) return;
      const exit = new Promise((resolve) => child.once('exit', resolve));
      const killTimer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
      if (child.connected) child.disconnect();
      await exit;
      clearTimeout(killTimer);
    },

    kill: () => void release()?.kill('SIGKILL'),
  };
}

function forkChild(entry: URL | string, ended: () => void): Child {
  const child = fork(entry, {
    // Not this process's flags: a test runner's would not suit the child. Node 22 still warns of type stripping.
    execArgv: ['--disable-warning=ExperimentalWarning'],
    serialization: 'advanced',
    // Standard output belongs to the parent, which may be printing one JSON document.
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  const pending = new Map<number, PendingCall>();
  const end = (how: string, cause?: unknown): void => {
    ended();
    for (const { task, cancelled: wanted, reject } of pending.values()) {
      reject(
        wanted
          ? cancelled(task)
          : new SoftpostError('COMPUTE_PROCESS_DIED', `The compute process ${how} during '${task}'.`, { cause }),
      );
    }
  };
  child.on('exit', (code, signal) => end(signal === null ? `exited with code ${code}` : `was ended by ${signal}`));
  child.on('error', (cause) => end('could not be reached', cause));
  child.on('message', (message: FromChild) => settle(message, pending.get(message.id)));
  return { process: child, pending };
}

function settle(message: FromChild, call: PendingCall | undefined): void {
  if (message.kind === 'event') call?.onEvent?.(message.event as never);
  else if (message.kind === 'result') call?.resolve(message.result);
  else call?.reject(new SoftpostError(message.code, message.message, { cause: message.cause }));
}

function send(child: ChildProcess, message: ToChild): void {
  try {
    child.send(message);
  } catch (cause) {
    throw new SoftpostError('ENGINE', 'The options of a task cannot be sent to the compute process.', { cause });
  }
}

function cancelled(task: string): SoftpostError {
  return new SoftpostError('CANCELLED', `The task '${task}' was cancelled.`);
}
