/** @file Teachers with their tenants' prompts, each in a process of its own that is started again when it dies. */

import type { SoftPrompt } from '@softpost/shared/artifact/prompt-folder';
import { startComputeProcess, type ComputeProcess } from '@softpost/shared/engine/compute-process';
import { SoftpostError } from '@softpost/shared/errors';
import type { Task } from '@softpost/shared/text/task';
import { checkWriting } from './check-writing.ts';
import { PROMPT_MISSING, type EngineStats, type PromptOfRequest, type TeacherSettings, type Usage } from './engine.ts';
import { createPieces } from './pieces.ts';
import type { ServingTasks } from './serving-tasks.ts';
import type { FinishReason } from './writer.ts';

export interface ServedPrompt {
  readonly teacherId: string;
  readonly task: Task;
  /** Reads the values; called only when the serving process does not hold them. */
  load(): Promise<SoftPrompt>;
}

export interface ServingOptions {
  readonly teachers: readonly { readonly id: string; readonly modelDir: string }[];
  /** A tenant's prompt, looked up for every request. @throws UNKNOWN_ID also for another tenant's */
  readonly readPrompt: (tenantId: string, promptId: string) => Promise<ServedPrompt>;
  /** For prompts and caches of all teachers; their weights come on top. */
  readonly budgetBytes: number;
  /** Whether text is written, besides labels. @default true */
  readonly generates?: boolean | undefined;
  /** Of each teacher. @default what the machine offers */
  readonly threads?: number | undefined;
  /** Texts of similar length that are written at a time. @default 8 */
  readonly sequences?: number | undefined;
  /** Most tokens one request may ask for. @default 1024 */
  readonly maxTokens?: number | undefined;
  /** Texts that may wait for one teacher, and of them those of one tenant. @default 1024 and 512 */
  readonly queue?: TeacherSettings['queue'] | undefined;
}

/** Whose prompt. */
export interface PromptOfTenant {
  readonly tenantId: string;
  readonly promptId: string;
  /** The teacher that the caller takes the prompt to be for; with another one it is unknown. */
  readonly teacherId?: string | undefined;
}

export interface ClassifyCall extends PromptOfTenant {
  readonly texts: readonly string[];
}

export interface ClassifyResult {
  readonly classifications: readonly {
    readonly label: string;
    /** In the order of the task's labels. */
    readonly scores: readonly { readonly label: string; readonly probability: number }[];
  }[];
  readonly usage: Usage;
}

export interface GenerateCall extends PromptOfTenant {
  readonly text: string;
  /** @default as many as fit, at most 64 */
  readonly maxTokens?: number | undefined;
  /** @default 0: greedy */
  readonly temperature?: number | undefined;
  /** @default 1 */
  readonly topP?: number | undefined;
  /** @default none */
  readonly stop?: readonly string[] | undefined;
  /** @default random */
  readonly seed?: number | undefined;
}

/** Text; the last piece says why it ended. */
export interface GeneratedPiece {
  readonly text: string;
  readonly end?: { readonly finish: FinishReason; readonly usage: Usage };
}

export interface Serving {
  readonly teachers: readonly string[];
  /** @throws UNKNOWN_ID, SERVING_BUSY, CANCELLED, COMPUTE_PROCESS_DIED, ..., as ServingEngine */
  classify(call: ClassifyCall, signal?: AbortSignal): Promise<ClassifyResult>;
  /** Leaving the loop, or aborting, ends the work. Throws as classify; NOT_OFFERED, CANNOT_GENERATE, CONTEXT_TOO_LONG. */
  generate(call: GenerateCall, signal?: AbortSignal): AsyncGenerator<GeneratedPiece>;
  /** Of every teacher whose process is running, by id. */
  stats(): Promise<ReadonlyMap<string, EngineStats>>;
  /** Loads the teachers now instead of with their first request. */
  open(): Promise<void>;
  close(): Promise<void>;
}

/** Texts of one `classify`. */
const MAX_TEXTS = 256;
/** A process that does not end a cancelled request within this is taken for stuck: one step takes seconds at most. */
const KILL_AFTER_MS = 60_000;

interface Teacher {
  readonly settings: TeacherSettings;
  readonly process: ComputeProcess<ServingTasks>;
}

export function startServing(options: ServingOptions): Serving {
  const {
    readPrompt,
    generates = true,
    queue = { total: 1024, perTenant: 512 },
    sequences = 8,
    maxTokens = 1024,
  } = options;
  const teachers = new Map<string, Teacher>(
    options.teachers.map(({ id, modelDir }) => [
      id,
      {
        settings: {
          modelDir,
          threads: options.threads,
          budgetBytes: Math.floor(options.budgetBytes / options.teachers.length),
          sequences,
          maxTokens,
          queue,
        },
        process: startComputeProcess<ServingTasks>(new URL('serving-process.ts', import.meta.url)),
      },
    ]),
  );

  const find = async ({ tenantId, promptId, teacherId }: PromptOfTenant): Promise<[ServedPrompt, Teacher]> => {
    const prompt = await readPrompt(tenantId, promptId);
    const teacher = teachers.get(prompt.teacherId);
    if (!teacher || (teacherId ?? prompt.teacherId) !== prompt.teacherId)
      throw new SoftpostError('UNKNOWN_ID', 'the teacher of this prompt is another one, or not served here');
    return [prompt, teacher];
  };

  /** Asks with the id alone first: the values are sent only when they are not there. */
  const ask = async <Answer>(
    promptId: string,
    prompt: ServedPrompt,
    send: (prompt: PromptOfRequest) => Promise<Answer | typeof PROMPT_MISSING>,
  ): Promise<Answer> => {
    const first = await send({ id: promptId });
    if (first !== PROMPT_MISSING) return first;
    const second = await send({ id: promptId, content: { prompt: await prompt.load(), task: prompt.task } });
    if (second === PROMPT_MISSING) throw new SoftpostError('ENGINE', 'the prompt was sent and is missing all the same');
    return second;
  };

  return {
    teachers: [...teachers.keys()],
    classify: async (call, signal) => {
      const { tenantId, promptId, texts } = call;
      if (texts.length < 1 || texts.length > MAX_TEXTS)
        throw new SoftpostError('BAD_REQUEST', `${texts.length} texts; 1 to ${MAX_TEXTS} are classified at a time`);
      const [prompt, { settings, process }] = await find(call);
      const { probabilities, usage } = await ask(promptId, prompt, (reference) =>
        process.call(
          'classify',
          { teacher: settings, request: { tenantId, prompt: reference, texts } },
          { ...(signal && { signal }), killAfterMs: KILL_AFTER_MS },
        ),
      );
      return { classifications: probabilities.map((row) => named(row, prompt.task)), usage };
    },
    generate: async function* (call, signal) {
      if (!generates) throw new SoftpostError('NOT_OFFERED', 'prompts only label texts here, they write none');
      const { tenantId, promptId, text } = call;
      const writing = checkWriting(call);
      const [prompt, { settings, process }] = await find(call);
      const left = new AbortController();
      const ends = signal ? AbortSignal.any([signal, left.signal]) : left.signal;
      const pieces = createPieces();
      const end = ask(promptId, prompt, (reference) =>
        process.call(
          'generate',
          { teacher: settings, request: { tenantId, prompt: reference, text, writing } },
          { signal: ends, killAfterMs: KILL_AFTER_MS, onEvent: (piece) => pieces.add(piece) },
        ),
      ).finally(() => pieces.end());
      // It is awaited below; a reader that has left does not.
      end.catch(() => undefined);
      try {
        for await (const piece of pieces.read()) yield { text: piece };
        yield { text: '', end: await end };
      } finally {
        left.abort();
      }
    },
    stats: async () => {
      const all = await Promise.all(
        [...teachers].map(
          async ([id, { process }]) => [id, await process.call('stats', undefined).catch(() => undefined)] as const,
        ),
      );
      return new Map(all.filter((entry): entry is [string, EngineStats] => entry[1] !== undefined));
    },
    open: async () => {
      for (const { process, settings } of teachers.values()) await process.call('open', { teacher: settings });
    },
    close: async () => {
      await Promise.all([...teachers.values()].map(({ process }) => process.close()));
    },
  };
}

function named(probabilities: Float64Array, { labels }: Task): ClassifyResult['classifications'][number] {
  const scores = labels.map(({ name }, index) => ({ label: name, probability: probabilities[index]! }));
  return { label: labels[probabilities.indexOf(Math.max(...probabilities))]!.name, scores };
}
