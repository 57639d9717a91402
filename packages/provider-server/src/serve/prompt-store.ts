/** @file Prompts in the memory of the serving process: within a budget of bytes, those unused for longest go first. */

import type { SoftPrompt } from '@softpost/shared/artifact/prompt-folder';
import { SoftpostError } from '@softpost/shared/errors';
import type { Task } from '@softpost/shared/text/task';
import type { KeyValues } from './key-values.ts';

export interface HeldPrompt extends SoftPrompt {
  readonly task: Task;
  /** Its keys and values, once computed; the budget counts them from the beginning. */
  prefix: KeyValues | undefined;
}

export interface PromptStore {
  readonly bytes: number;
  readonly count: number;
  /** The prompt, kept until it is released as often; undefined when it is not here. */
  hold(id: string): HeldPrompt | undefined;
  /** Takes a prompt in, held as by `hold`. @throws SERVING_BUSY when those in use leave no room */
  put(id: string, prompt: SoftPrompt, task: Task): HeldPrompt;
  release(prompt: HeldPrompt): void;
}

interface Entry {
  readonly prompt: HeldPrompt;
  readonly bytes: number;
  holders: number;
}

/**
 * Prompts are found by their id alone, never by their content: whether another tenant's is here cannot be told from the time
 * that an equal one takes.
 *
 * @param prefixBytes keys and values of one virtual token
 */
export function createPromptStore(budgetBytes: number, prefixBytes: number): PromptStore {
  /** The one used last is last. */
  const entries = new Map<string, Entry>();
  let used = 0;

  const hold = (id: string): HeldPrompt | undefined => {
    const entry = entries.get(id);
    if (!entry) return undefined;
    entries.delete(id);
    entries.set(id, entry);
    entry.holders += 1;
    return entry.prompt;
  };

  return {
    get bytes() {
      return used;
    },
    get count() {
      return entries.size;
    },
    hold,
    put: (id, prompt, task) => {
      const held = hold(id);
      if (held) return held;
      const bytes = prompt.embeddings.byteLength + prompt.virtualTokens * prefixBytes;
      const unused = [...entries].filter(([, { holders }]) => holders === 0);
      const freeable = unused.reduce((sum, [, entry]) => sum + entry.bytes, 0);
      if (used - freeable + bytes > budgetBytes)
        throw new SoftpostError(
          'SERVING_BUSY',
          `a prompt of ${prompt.virtualTokens} virtual tokens takes ${bytes} bytes, the prompts in use leave ${Math.max(0, budgetBytes - used + freeable)} of ${budgetBytes}`,
        );
      for (const [old, entry] of unused) {
        if (used + bytes <= budgetBytes) break;
        entries.delete(old);
        used -= entry.bytes;
      }
      const entry = { prompt: { ...prompt, task, prefix: undefined }, bytes, holders: 1 };
      entries.set(id, entry);
      used += bytes;
      return entry.prompt;
    },
    release: (prompt) => {
      for (const entry of entries.values()) if (entry.prompt === prompt) entry.holders -= 1;
    },
  };
}
