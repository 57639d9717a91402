/**
 * @file Who may have the process that decides: one submission at a time, of the tenant whose turn it is. A decision does not yield, so two in
 * the process would take no less time, and to end one of them would end the other with it.
 */

import { startComputeProcess } from '@softpost/shared/engine/compute-process';
import { isSoftpostError, SoftpostError } from '@softpost/shared/errors';
import { createFairQueue } from '../serve/fair-queue.ts';
import type { Decision, decide } from './decide.ts';

type Question = Parameters<typeof decide>[0];

export interface Deciding {
  /**
   * @throws what `acceptSubmission` throws; what `signal` is aborted with; DEADLINE_EXCEEDED when this decision alone takes too long;
   *   DECISION_LOST when the process ended during it; SERVING_BUSY when too many wait
   */
  decide(tenantId: string, question: Question, signal: AbortSignal): Promise<Decision>;
  /** Ends the decision at hand, and refuses those that wait. */
  close(): Promise<void>;
}

export interface DecidingOptions {
  /** How long one decision may take, in milliseconds. The longest that an owner could have needed was 2 s. @default 20000 */
  readonly limitMs?: number;
  /** Serves `decide`. */
  readonly entry?: URL;
}

interface Waiting {
  readonly tenantId: string;
  readonly question: Question;
  readonly signal: AbortSignal;
  readonly settle: (decision: Promise<Decision>) => void;
}

const LIMIT_MS = 20_000;

export function startDeciding({
  limitMs = LIMIT_MS,
  entry = new URL('process.ts', import.meta.url),
}: DecidingOptions = {}): Deciding {
  const compute = startComputeProcess<{ readonly decide: typeof decide }>(entry);
  const queue = createFairQueue<Waiting>();
  let isRunning = false;

  const decideNow = async ({ question, signal }: Waiting): Promise<Decision> => {
    const limit = AbortSignal.timeout(limitMs);
    try {
      // Whoever else waits is not in the process yet: it may end with this call.
      const ending = { signal: AbortSignal.any([signal, limit]), killAfterMs: 0 };
      return await compute.call('decide', question, ending);
    } catch (error) {
      signal.throwIfAborted();
      if (limit.aborted)
        throw new SoftpostError('DEADLINE_EXCEEDED', `the decision took longer than ${limitMs / 1000} s`);
      if (isSoftpostError(error) && error.code === 'COMPUTE_PROCESS_DIED')
        throw new SoftpostError('DECISION_LOST', 'the process that decides on submissions ended', { cause: error });
      throw error;
    }
  };

  const run = async (): Promise<void> => {
    if (isRunning) return;
    isRunning = true;
    for (let next = queue.take(); next; next = queue.take()) {
      const decision = decideNow(next);
      next.settle(decision);
      await decision.catch(() => undefined);
    }
    isRunning = false;
  };

  return {
    decide: async (tenantId, question, signal) => {
      signal.throwIfAborted();
      const { promise, resolve, reject } = Promise.withResolvers<Decision>();
      const waiting: Waiting = { tenantId, question, signal, settle: resolve };
      const leave = (): void => {
        if (queue.remove((one) => one === waiting).length > 0) reject(signal.reason);
      };
      queue.add(waiting);
      signal.addEventListener('abort', leave, { once: true });
      void run();
      return promise.finally(() => signal.removeEventListener('abort', leave));
    },
    close: async () => {
      const ended = new SoftpostError('SHUTTING_DOWN', 'the provider is being stopped');
      for (const { settle } of queue.remove(() => true)) settle(Promise.reject(ended));
      await compute.close();
    },
  };
}
