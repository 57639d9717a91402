/** @file Label scores of texts, several in one pass, whoever's they are and whatever their prompts. */

import { SoftpostError } from '@softpost/shared/errors';
import type { EncodedText } from '@softpost/shared/text/template';
import type { Verbalizer } from '@softpost/shared/text/verbalizer';
import { createFairQueue, type QueueLimits } from './fair-queue.ts';
import type { HeldPrompt } from './prompt-store.ts';

/** A text with its prompt, ready to be scored. */
export interface PromptedText {
  readonly prompt: HeldPrompt;
  readonly input: EncodedText;
}

export interface TextScorer {
  /** Texts with the same key fit one pass of so many. Depends on the text and its prompt alone. */
  shape(text: PromptedText): { readonly key: string; readonly texts: number };
  /** Vocabulary logits [texts, V] at the scored positions, of texts of one shape. @throws NON_FINITE */
  score(texts: readonly PromptedText[]): Promise<Float32Array>;
}

export interface ClassificationRequest {
  readonly tenantId: string;
  readonly prompt: HeldPrompt;
  readonly verbalizer: Verbalizer;
  readonly inputs: readonly EncodedText[];
  readonly signal: AbortSignal;
}

export interface Classification {
  /** Of every text one score a label. @throws SERVING_BUSY; NON_FINITE; CANCELLED */
  classify(request: ClassificationRequest): Promise<readonly Float64Array[]>;
  /** Scores one pass. */
  turn(): Promise<void>;
  readonly isBusy: boolean;
  readonly waiting: number;
}

interface Waiting extends PromptedText {
  readonly tenantId: string;
  readonly request: ClassificationRequest;
  readonly key: string;
  readonly texts: number;
  readonly resolve: (scores: Float64Array) => void;
  readonly reject: (reason: unknown) => void;
}

export function createClassification(scorer: TextScorer, width: number, limits?: QueueLimits): Classification {
  const queue = createFairQueue<Waiting>(limits);

  const drop = (request: ClassificationRequest, reason: unknown): void => {
    for (const { reject } of queue.remove((waiting) => waiting.request === request)) reject(reason);
  };

  const enqueue = (request: ClassificationRequest, input: EncodedText): Promise<Float64Array> => {
    const { tenantId, prompt } = request;
    const { promise, resolve, reject } = Promise.withResolvers<Float64Array>();
    queue.add({ tenantId, request, prompt, input, ...scorer.shape({ prompt, input }), resolve, reject });
    return promise;
  };

  /** The next text, and those behind it that fit the same pass. */
  const nextPass = (): readonly Waiting[] => {
    const first = queue.take();
    const pass: Waiting[] = [];
    for (let text = first; text; text = queue.take(({ key }) => key === first?.key)) {
      pass.push(text);
      if (pass.length === text.texts) break;
    }
    return pass;
  };

  return {
    classify: async (request) => {
      const { signal, inputs } = request;
      const cancelled = new SoftpostError('CANCELLED', 'the request was cancelled');
      if (signal.aborted) throw cancelled;
      const cancel = (): void => drop(request, cancelled);
      signal.addEventListener('abort', cancel, { once: true });
      const scores: Promise<Float64Array>[] = [];
      try {
        for (const input of inputs) scores.push(enqueue(request, input));
        return await Promise.all(scores);
      } catch (reason) {
        drop(request, reason);
        await Promise.allSettled(scores);
        throw reason;
      } finally {
        signal.removeEventListener('abort', cancel);
      }
    },
    turn: async () => {
      const pass = nextPass();
      if (pass.length === 0) return;
      try {
        const logits = await scorer.score(pass);
        for (const [row, { request, resolve, reject }] of pass.entries()) {
          const scores = labelScores(logits.subarray(row * width, (row + 1) * width), request.verbalizer);
          if (scores.every(Number.isFinite)) resolve(scores);
          else reject(new SoftpostError('NON_FINITE', 'the model gives scores that are not finite for this prompt'));
        }
      } catch (reason) {
        for (const { reject } of pass) reject(reason);
      }
    },
    get isBusy() {
      return queue.length > 0;
    },
    get waiting() {
      return queue.length;
    },
  };
}

/** The mean logit over the words of each label. */
function labelScores(logits: Float32Array, { wordIds, labelOf, meanWeights, labelCount }: Verbalizer): Float64Array {
  const scores = new Float64Array(labelCount);
  for (const [word, id] of wordIds.entries()) {
    const label = labelOf[word]!;
    scores[label]! += logits[id]! * meanWeights[word * labelCount + label]!;
  }
  return scores;
}
