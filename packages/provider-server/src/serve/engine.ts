/** @file One teacher being served: prompts, classification and generation take turns on one loaded model. */

import type { SoftPrompt } from '@softpost/shared/artifact/prompt-folder';
import { yieldToEvents } from '@softpost/shared/engine/compute-task';
import { SoftpostError } from '@softpost/shared/errors';
import { openLanguageModel } from '@softpost/shared/model/language-model';
import { checkPromptFits, loadTokenizerOf, taskModelOf, type TaskModel } from '@softpost/shared/scoring/task-model';
import type { Task } from '@softpost/shared/text/task';
import { loadCachedModel } from './cached-model.ts';
import { createClassification } from './classification.ts';
import { createGeneration, type Generation } from './generation.ts';
import { bytesPerPlace } from './key-values.ts';
import { loadMaskedModel } from './masked-model.ts';
import { createPromptStore, type HeldPrompt } from './prompt-store.ts';
import { encodeText } from './encode-text.ts';
import { causalScorer, maskedScorer } from './text-scorers.ts';
import type { FinishReason, WritingOptions } from './writer.ts';

export interface TeacherSettings {
  readonly modelDir: string;
  readonly threads?: number | undefined;
  /** For prompts and the caches of running texts; the weights come on top. */
  readonly budgetBytes: number;
  /** Texts written at a time, of similar length. */
  readonly sequences: number;
  /** Most tokens one request may ask for. */
  readonly maxTokens: number;
  /** Texts that may wait. */
  readonly queue: { readonly total: number; readonly perTenant: number };
}

/** What a request needs of its prompt. `content` may be left out: if the engine does not hold the prompt, it says so. */
export interface PromptOfRequest {
  readonly id: string;
  readonly content?: { readonly prompt: SoftPrompt; readonly task: Task } | undefined;
}

interface Request {
  readonly tenantId: string;
  readonly prompt: PromptOfRequest;
}

export interface ClassifyRequest extends Request {
  readonly texts: readonly string[];
}

export interface GenerateRequest extends Request {
  readonly text: string;
  /** Without maxTokens as many as fit, at most 64. */
  readonly writing: Omit<WritingOptions, 'maxTokens'> & { readonly maxTokens?: number | undefined };
}

export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Rows of the soft prompt. */
  readonly virtualTokens: number;
}

export interface Classified {
  /** Of every text one probability a label, in the order of the task. */
  readonly probabilities: readonly Float64Array[];
  readonly usage: Usage;
}

export interface Written {
  readonly finish: FinishReason;
  readonly usage: Usage;
}

export const PROMPT_MISSING = 'prompt missing';

export interface ServingEngine {
  /** @throws PROMPT_MISMATCH, SERVING_BUSY, NON_FINITE, CANCELLED, and what the task is refused with */
  classify(request: ClassifyRequest, signal: AbortSignal): Promise<Classified | typeof PROMPT_MISSING>;
  /** @throws CANNOT_GENERATE, CONTEXT_TOO_LONG, PROMPT_MISMATCH, SERVING_BUSY, NON_FINITE, CANCELLED */
  generate(
    request: GenerateRequest,
    signal: AbortSignal,
    onText: (text: string) => void,
  ): Promise<Written | typeof PROMPT_MISSING>;
  stats(): EngineStats;
}

export interface EngineStats {
  readonly waiting: number;
  readonly running: number;
  readonly prompts: number;
  readonly promptBytes: number;
  readonly cacheBytes: number;
}

/** How the budget is shared out: prompts with their keys and values, one pass of classification, texts being written. */
const SHARES = { prompts: 0.25, pass: 0.125, texts: 0.625 } as const;
const DEFAULT_MAX_TOKENS = 64;

/** @throws what opening the model folder throws; BACKEND_UNAVAILABLE, ENGINE */
export async function openServingEngine(settings: TeacherSettings): Promise<ServingEngine> {
  const { budgetBytes, threads, queue } = settings;
  const model = await openLanguageModel(settings.modelDir);
  const { architecture } = model;
  const tokenizer = await loadTokenizerOf(model);
  const isCausal = architecture.kind === 'causal';
  const cached = isCausal ? await loadCachedModel(model, threads) : undefined;
  const prompts = createPromptStore({
    budgetBytes: SHARES.prompts * budgetBytes,
    prefixBytes: isCausal ? bytesPerPlace(architecture) : 0,
    queue,
  });
  const classification = createClassification(
    cached ? causalScorer(cached, SHARES.pass * budgetBytes) : maskedScorer(await loadMaskedModel(model, threads)),
    architecture.vocabularySize,
    queue,
  );
  const generation: Generation | undefined =
    cached &&
    createGeneration(cached, tokenizer, {
      budgetBytes: SHARES.texts * budgetBytes,
      sequences: settings.sequences,
      queue,
    });
  const taskModels = new WeakMap<HeldPrompt, TaskModel>();
  const taskModelFor = (prompt: HeldPrompt): TaskModel => {
    const known = taskModels.get(prompt) ?? taskModelOf(model, tokenizer, prompt.task, prompt.virtualTokens);
    taskModels.set(prompt, known);
    return known;
  };

  const isBusy = (): boolean => classification.isBusy || generation?.isBusy === true;
  let isRunning = false;
  const run = async (): Promise<void> => {
    if (isRunning) return;
    isRunning = true;
    while (isBusy()) {
      await generation?.turn();
      await classification.turn();
      await yieldToEvents();
    }
    isRunning = false;
  };

  /** Does the work with the prompt held. */
  const withPrompt = async <Result>(
    { tenantId, prompt: { id, content } }: Request,
    signal: AbortSignal,
    work: (prompt: HeldPrompt) => Promise<Result>,
  ): Promise<Result | typeof PROMPT_MISSING> => {
    if (content) checkPromptFits(content.prompt, model);
    const prompt = await prompts.hold({ id, tenantId, content, signal });
    if (!prompt) return PROMPT_MISSING;
    try {
      const result = work(prompt);
      void run();
      return await result;
    } finally {
      prompts.release(prompt);
    }
  };

  return {
    classify: (request, signal) =>
      withPrompt(request, signal, async (prompt) => {
        const { tenantId, texts } = request;
        const { encode, verbalizer } = taskModelFor(prompt);
        const inputs = texts.map(encode);
        const scores = await classification.classify({ tenantId, prompt, verbalizer, inputs, signal });
        return {
          probabilities: scores.map(softmax),
          usage: {
            inputTokens: inputs.reduce((sum, { inputIds }) => sum + inputIds.length, 0),
            outputTokens: 0,
            virtualTokens: prompt.virtualTokens,
          },
        };
      }),
    generate: async (request, signal, onText) => {
      if (!generation)
        throw new SoftpostError('CANNOT_GENERATE', `a masked model (${architecture.modelType}) does not write text`);
      return withPrompt(request, signal, async (prompt) => {
        const { tenantId, text, writing } = request;
        const { virtualTokens } = prompt;
        const inputIds = encodeText(tokenizer, architecture, text);
        const maxTokens = tokensToWrite(writing.maxTokens, virtualTokens, inputIds.length);
        const { finish, outputTokens } = await generation.generate({
          tenantId,
          prompt,
          inputIds,
          writing: { ...writing, maxTokens },
          signal,
          onText,
        });
        return { finish, usage: { inputTokens: inputIds.length, outputTokens, virtualTokens } };
      });
    },
    stats: () => ({
      waiting: prompts.waiting + classification.waiting + (generation?.waiting ?? 0),
      running: generation?.running ?? 0,
      prompts: prompts.count,
      promptBytes: prompts.bytes,
      cacheBytes: generation?.bytes ?? 0,
    }),
  };

  /** @throws CONTEXT_TOO_LONG */
  function tokensToWrite(asked: number | undefined, virtualTokens: number, inputTokens: number): number {
    const { maxPositions } = architecture;
    const room = maxPositions - virtualTokens - inputTokens;
    const wanted = asked ?? Math.min(DEFAULT_MAX_TOKENS, Math.max(1, room), settings.maxTokens);
    if (wanted > room)
      throw new SoftpostError(
        'CONTEXT_TOO_LONG',
        `${virtualTokens} virtual tokens, a text of ${inputTokens} and ${wanted} to write exceed the ${maxPositions} positions of the model`,
      );
    if (wanted > settings.maxTokens)
      throw new SoftpostError(
        'CONTEXT_TOO_LONG',
        `${wanted} tokens to write exceed the ${settings.maxTokens} that this server gives a request`,
      );
    return wanted;
  }
}

function softmax(scores: Float64Array): Float64Array {
  const peak = scores.reduce((a, b) => Math.max(a, b), -Infinity);
  const weights = scores.map((score) => Math.exp(score - peak));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}
