/**
 * @file Prompts in the memory of the serving process: within a budget of bytes, those unused for longest go first. What is in use stays, and of
 * one tenant it is at most half of the budget; whoever finds no room waits for a turn.
 */

import type { SoftPrompt } from '@softpost/shared/artifact/prompt-folder';
import { SoftpostError } from '@softpost/shared/errors';
import type { Task } from '@softpost/shared/text/task';
import { createFairQueue, type QueueLimits } from './fair-queue.ts';
import type { KeyValues } from './key-values.ts';

export interface HeldPrompt extends SoftPrompt {
  readonly task: Task;
  /** Its keys and values, once computed; the budget counts them from the beginning. */
  prefix: KeyValues | undefined;
}

export interface WantedPrompt {
  /** Of a prompt of this tenant alone. */
  readonly id: string;
  readonly tenantId: string;
  /** What to take in where the prompt is not here. */
  readonly content?: { readonly prompt: SoftPrompt; readonly task: Task } | undefined;
  readonly signal: AbortSignal;
}

export interface PromptStore {
  readonly bytes: number;
  readonly count: number;
  /** Calls that wait for room. */
  readonly waiting: number;
  /**
   * The prompt, kept until it is released as often; undefined when it is not here and nobody brought it.
   * @throws SERVING_BUSY for a prompt larger than a tenant's part, or when too many wait; CANCELLED
   */
  hold(wanted: WantedPrompt): Promise<HeldPrompt | undefined>;
  release(prompt: HeldPrompt): void;
}

export interface PromptStoreOptions {
  readonly budgetBytes: number;
  /** Keys and values of one virtual token. */
  readonly prefixBytes: number;
  readonly queue?: QueueLimits;
}

/** Of the budget, in use by one tenant. */
const SHARE = 0.5;

interface Entry {
  readonly prompt: HeldPrompt;
  readonly tenantId: string;
  readonly bytes: number;
  holders: number;
}

interface Waiting extends WantedPrompt {
  readonly bytes: number;
  readonly resolve: (prompt: HeldPrompt | undefined) => void;
}

/**
 * Prompts are found by their id alone, never by their content: whether another tenant's is here cannot be told from the time
 * that an equal one takes.
 */
export function createPromptStore({ budgetBytes, prefixBytes, queue: limits }: PromptStoreOptions): PromptStore {
  const shareBytes = SHARE * budgetBytes;
  /** The one used last is last. */
  const entries = new Map<string, Entry>();
  const queue = createFairQueue<Waiting>(limits);
  /** Whose turn it is. Until there is room for it nobody else comes in, not even to what is in use, so that room comes. */
  let next: Waiting | undefined;

  const sum = (which: (entry: Entry) => boolean): number =>
    [...entries.values()].reduce((bytes, entry) => bytes + (which(entry) ? entry.bytes : 0), 0);
  const isInUse = ({ holders }: Entry): boolean => holders > 0;
  const isHeld = (id: string): boolean => (entries.get(id)?.holders ?? 0) > 0;

  const bytesOf = ({ virtualTokens, embeddings }: SoftPrompt): number =>
    embeddings.byteLength + virtualTokens * prefixBytes;
  const isWithinShare = ({ id, tenantId, bytes }: Waiting): boolean =>
    isHeld(id) || sum((entry) => isInUse(entry) && entry.tenantId === tenantId) + bytes <= shareBytes;
  const hasRoom = ({ id, bytes }: Waiting): boolean => entries.has(id) || sum(isInUse) + bytes <= budgetBytes;

  const makeRoom = (bytes: number): void => {
    let used = sum(() => true);
    for (const [id, entry] of entries) {
      if (used + bytes <= budgetBytes) return;
      if (isInUse(entry)) continue;
      entries.delete(id);
      used -= entry.bytes;
    }
  };

  const enter = ({ id, tenantId, bytes, content }: Waiting): HeldPrompt | undefined => {
    const known = entries.get(id);
    if (!known && !content) return undefined;
    if (known) entries.delete(id);
    else makeRoom(bytes);
    const entry = known ?? {
      prompt: { ...content!.prompt, task: content!.task, prefix: undefined },
      tenantId,
      bytes,
      holders: 0,
    };
    entry.holders += 1;
    entries.set(id, entry);
    return entry.prompt;
  };

  const admit = (): void => {
    for (;;) {
      next ??= queue.take(isWithinShare);
      if (!next || !hasRoom(next)) return;
      const { resolve } = next;
      resolve(enter(next));
      next = undefined;
    }
  };

  return {
    get bytes() {
      return sum(() => true);
    },
    get count() {
      return entries.size;
    },
    get waiting() {
      return queue.length + (next ? 1 : 0);
    },
    hold: async (wanted) => {
      const { id, content, signal } = wanted;
      const bytes = entries.get(id)?.bytes ?? (content && bytesOf(content.prompt));
      if (bytes === undefined) return undefined;
      if (bytes > shareBytes)
        throw new SoftpostError(
          'SERVING_BUSY',
          `a prompt of ${content?.prompt.virtualTokens} virtual tokens takes ${bytes} bytes; all that a tenant may have in use are ${shareBytes}`,
        );
      const { promise, resolve, reject } = Promise.withResolvers<HeldPrompt | undefined>();
      const waiting: Waiting = { ...wanted, bytes, resolve };
      if (!next && queue.length === 0 && isWithinShare(waiting) && hasRoom(waiting)) return enter(waiting);
      const cancelled = new SoftpostError('CANCELLED', 'the request was cancelled');
      if (signal.aborted) throw cancelled;
      const leave = (): void => {
        if (next === waiting) next = undefined;
        else queue.remove((one) => one === waiting);
        reject(cancelled);
        admit();
      };
      queue.add(waiting);
      signal.addEventListener('abort', leave, { once: true });
      admit();
      return promise.finally(() => signal.removeEventListener('abort', leave));
    },
    release: (prompt) => {
      for (const entry of entries.values()) if (entry.prompt === prompt) entry.holders -= 1;
      admit();
    },
  };
}
