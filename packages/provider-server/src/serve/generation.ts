/** @file Continuous batching: requests join and leave the running batch between two tokens, whoever's they are. */

import { SoftpostError } from '@softpost/shared/errors';
import type { Tokenizer } from '@softpost/shared/text/tokenizer';
import type { CachedModel } from './cached-model.ts';
import { createFairQueue, type QueueLimits } from './fair-queue.ts';
import { copyPlaces, type KeyValues } from './key-values.ts';
import { createPools, type Pool } from './pools.ts';
import { prefixOf } from './prefix.ts';
import type { HeldPrompt } from './prompt-store.ts';
import { createWriter, type FinishReason, type Writer, type WritingOptions } from './writer.ts';

export interface GenerationRequest {
  readonly tenantId: string;
  readonly prompt: HeldPrompt;
  /** The text, special tokens included; at least one. */
  readonly inputIds: readonly number[];
  readonly writing: WritingOptions;
  readonly signal: AbortSignal;
  readonly onText: (text: string) => void;
}

export interface Generated {
  readonly finish: FinishReason;
  readonly outputTokens: number;
}

export interface Generation {
  /** @throws CONTEXT_TOO_LONG, SERVING_BUSY; NON_FINITE; CANCELLED */
  generate(request: GenerationRequest): Promise<Generated>;
  /** Reads of new texts as much as running ones can wait for, and writes one token of each of these. */
  turn(): Promise<void>;
  readonly isBusy: boolean;
  readonly waiting: number;
  readonly running: number;
  /** Of caches. */
  readonly bytes: number;
}

export interface GenerationLimits {
  readonly budgetBytes: number;
  /** Most sequences of one pool. */
  readonly sequences: number;
  readonly queue?: QueueLimits | undefined;
}

interface Sequence {
  readonly tenantId: string;
  readonly request: GenerationRequest;
  readonly writer: Writer;
  /** Tokens that its cache must hold. */
  readonly places: number;
  /** Those that it holds. */
  filled: number;
  /** The token written last, which has no place yet. */
  last: number;
  isSettled: boolean;
  readonly resolve: (generated: Generated) => void;
  readonly reject: (reason: unknown) => void;
}

/** A sequence whose text is being read into the desk of its pool. */
interface Reading {
  readonly sequence: Sequence;
  readonly pool: Pool<Sequence>;
  readonly desk: KeyValues;
}

/** Tokens of new texts that are read at a time: running texts wait no longer than for these, and as many of one text. */
const PIECE = 128;

export function createGeneration(
  model: CachedModel,
  tokenizer: Tokenizer,
  { budgetBytes, sequences, queue: queueLimits }: GenerationLimits,
): Generation {
  const { architecture } = model;
  const queue = createFairQueue<Sequence>(queueLimits);
  const pools = createPools<Sequence>(architecture, budgetBytes, sequences);
  /** Its turn has come, and it waits for memory: nobody else starts before it. */
  let next: Sequence | undefined;
  let reading: Reading | undefined;

  const enqueue = (request: GenerationRequest): Promise<Generated> => {
    const { tenantId, prompt, inputIds, writing } = request;
    // The last token is written and not read.
    const places = prompt.virtualTokens + inputIds.length + writing.maxTokens - 1;
    pools.check(places);
    const { promise, resolve, reject } = Promise.withResolvers<Generated>();
    const writer = createWriter(tokenizer, inputIds, writing);
    queue.add({ tenantId, request, writer, places, filled: 0, last: 0, isSettled: false, resolve, reject });
    return promise;
  };

  const dropCancelled = (): void => {
    const isCancelled = ({ request }: Sequence): boolean => request.signal.aborted;
    const running = pools.busy.flatMap(({ members }) => members);
    for (const sequence of [...queue.remove(isCancelled), next, reading?.sequence, ...running])
      if (sequence && isCancelled(sequence))
        fail(sequence, new SoftpostError('CANCELLED', 'the request was cancelled'));
    if (next?.isSettled) next = undefined;
    if (reading?.sequence.isSettled) reading = undefined;
    for (const pool of pools.busy) removeSettled(pool);
  };

  const start = (): Reading | undefined => {
    next ??= queue.take(({ places }) => !pools.isFull(places));
    const pool = next && pools.open(next.places);
    if (!next || !pool) return undefined;
    const sequence = next;
    next = undefined;
    return { sequence, pool, desk: pool.clearDesk() };
  };

  /** Reads the prompt, where it has not been read before, or a piece of the text. @returns how many rows that took */
  const readPiece = async ({ sequence, pool, desk }: Reading): Promise<number> => {
    const { prompt, inputIds } = sequence.request;
    const put = (made: KeyValues): void => {
      const to = { cache: desk, sequence: 0, at: sequence.filled };
      copyPlaces(architecture, { cache: made, sequence: 0 }, to, made.places);
      sequence.filled += made.places;
    };
    if (sequence.filled === 0) {
      const isKnown = prompt.prefix !== undefined;
      put(await prefixOf(model, prompt));
      return isKnown ? 0 : prompt.virtualTokens;
    }
    const done = sequence.filled - prompt.virtualTokens;
    const piece = Int32Array.from(inputIds.slice(done, done + PIECE));
    const { length } = piece;
    const step = { inputIds: piece, length, filled: [sequence.filled], scored: [length - 1], cache: desk };
    const { logits, made } = await model.extend(step);
    put(made);
    if (done + length < inputIds.length) return length;
    reading = undefined;
    write(sequence, logits);
    if (!sequence.isSettled) pool.join(sequence);
    return length;
  };

  const readPieces = async (): Promise<void> => {
    for (let rows = 0; rows < PIECE;) {
      const current = (reading ??= start());
      if (!current) return;
      rows += await readPiece(current).catch((reason: unknown) => {
        reading = undefined;
        fail(current.sequence, reason);
        return 0;
      });
    }
  };

  const writeTokens = async (pool: Pool<Sequence>): Promise<void> => {
    const { members } = pool;
    const cache = pool.batch();
    const { logits, made } = await model.extend({
      inputIds: Int32Array.from(members, ({ last }) => last),
      length: 1,
      filled: members.map(({ filled }) => filled),
      scored: members.map(() => 0),
      cache,
    });
    const width = architecture.vocabularySize;
    for (const [row, sequence] of members.entries()) {
      copyPlaces(architecture, { cache: made, sequence: row }, { cache, sequence: row, at: sequence.filled }, 1);
      sequence.filled += 1;
      write(sequence, logits.subarray(row * width, (row + 1) * width));
    }
  };

  return {
    generate: async (request) => enqueue(request),
    turn: async () => {
      dropCancelled();
      await readPieces();
      for (const pool of pools.busy) {
        await writeTokens(pool).catch((reason: unknown) => {
          for (const sequence of pool.members) fail(sequence, reason);
        });
        removeSettled(pool);
      }
    },
    get isBusy() {
      return queue.length > 0 || next !== undefined || reading !== undefined || pools.busy.length > 0;
    },
    get waiting() {
      return queue.length + Number(next !== undefined);
    },
    get running() {
      return pools.busy.reduce((sum, { members }) => sum + members.length, Number(reading !== undefined));
    },
    get bytes() {
      return pools.bytes;
    },
  };
}

/** Gives the writer its logits and the reader what it writes. */
function write(sequence: Sequence, logits: Float32Array): void {
  try {
    const { token, text, finish } = sequence.writer.next(logits);
    sequence.last = token;
    if (text !== '') sequence.request.onText(text);
    if (!finish) return;
    sequence.isSettled = true;
    sequence.resolve({ finish, outputTokens: sequence.writer.tokens });
  } catch (reason) {
    fail(sequence, reason);
  }
}

function fail(sequence: Sequence, reason: unknown): void {
  sequence.isSettled = true;
  sequence.reject(reason);
}

/** From the last, which moves to the place of one that leaves. */
function removeSettled(pool: Pool<Sequence>): void {
  for (let index = pool.members.length - 1; index >= 0; index--) if (pool.members[index]!.isSettled) pool.leave(index);
}
