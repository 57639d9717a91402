/** @file How a command runs a long task: in a compute process, so that its bar goes on moving and a signal is heard. */

import type { ComputeTask } from '../engine/compute-task.ts';
import type { RunEvent } from '../events.ts';
import type { ActionContext } from './cli.ts';

/** The tasks that commands run all report the same events. */
export type CommandTask<Options, Result> = ComputeTask<Options, RunEvent, Result>;

/**
 * Runs one task in a process that ends with it.
 * @param entry module that serves the task with `serveCompute`
 * @throws what the task throws, COMPUTE_PROCESS_DIED, CANCELLED
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- callers name it, so that options are checked there
export async function inComputeProcess<Options, Result>(
  entry: URL,
  task: string,
  options: Options,
  { signal, report }: ActionContext,
): Promise<Result> {
  const { startComputeProcess } = await import('../engine/compute-process.ts');
  const compute = startComputeProcess<Readonly<Record<string, CommandTask<Options, Result>>>>(entry);
  try {
    return await compute.call(task, options, { signal, onEvent: report });
  } finally {
    await compute.close();
  }
}
