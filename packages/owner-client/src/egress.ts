/**
 * @file The only door from the owner's site to the network. What goes through it is of a few types: a sealed submission, texts that the user gives away
 * explicitly, and names that the provider gave. Each message is in the egress record, on the disk, before it is sent.
 */

import { SoftpostError } from '@softpost/shared/errors';
import { openChannel, type ChannelOptions } from '@softpost/shared/rpc/channel';
import { encodeRequest } from '@softpost/shared/rpc/definitions';
import {
  datasetListing,
  jobEventOf,
  jobNamed,
  jobOf,
  promptListing,
  studentListing,
  type DatasetListing,
  type Job,
  type JobEvent,
  type PromptListing,
  type StudentListing,
} from './answers.ts';
import { createDepartures } from './egress-record/departures.ts';
import type { EgressRecord } from './egress-record/egress-record.ts';
import type { Method } from './egress-record/party-line.ts';
import type { AnswerOf, RequestOf } from '@softpost/shared/rpc/methods';
import type { Id } from './ids.ts';
import { isSealedSubmission, type SealedSubmission } from './release/sealed-submission.ts';
import { isGivenAway, type InferenceTexts, type TextToComplete } from './use/inference-text.ts';

/** How a completion is written; what is left out the provider chooses: greedily, at most 64 tokens. */
export interface GenerateChoices {
  readonly maxTokens?: number | undefined;
  /** 0 takes the likeliest token each time. */
  readonly temperature?: number | undefined;
  /** The likeliest tokens with this probability together are drawn from. */
  readonly topP?: number | undefined;
  readonly seed?: number | undefined;
}

type Answer<Path extends Method> = AnswerOf<Path>;

/** All methods throw what the provider refuses with, UNREACHABLE and its like when it cannot be reached, and BAD_ANSWER. */
export interface Egress extends Disposable {
  readonly listStudents: () => Promise<readonly StudentListing[]>;
  /** @param version 0 for the newest */
  readonly getStudent: (studentId: Id, version: number) => Promise<Answer<'/softpost.v1.StudentService/GetStudent'>>;
  readonly downloadStudent: (
    file: { readonly studentId: Id; readonly version: number; readonly fileName: string; readonly offset: number },
    signal: AbortSignal,
  ) => AsyncIterable<Answer<'/softpost.v1.StudentService/DownloadStudent'>>;
  readonly getLogConsistency: (fromSize: number) => Promise<Answer<'/softpost.v1.StudentService/GetLogConsistency'>>;
  readonly listPublicDatasets: () => Promise<readonly DatasetListing[]>;
  readonly submit: (submission: SealedSubmission) => Promise<Job>;
  readonly getJob: (jobId: Id) => Promise<Job>;
  readonly listJobs: () => Promise<readonly Job[]>;
  /** One call: it ends with the job, or with the connection. */
  readonly watchJob: (jobId: Id, afterEvent: number, signal: AbortSignal) => AsyncIterable<JobEvent>;
  readonly cancelJob: (jobId: Id) => Promise<Job>;
  readonly listPrompts: () => Promise<readonly PromptListing[]>;
  readonly getPrompt: (promptId: Id) => Promise<Answer<'/softpost.v1.PromptService/GetPrompt'>>;
  readonly deletePrompt: (promptId: Id) => Promise<void>;
  /** @param idempotencyKey random */
  readonly retransfer: (idempotencyKey: Id, promptId: Id, teacherId: Id) => Promise<Job>;
  readonly classify: (promptId: Id, texts: InferenceTexts) => Promise<Answer<'/softpost.v1.InferenceService/Classify'>>;
  readonly generate: (
    promptId: Id,
    text: TextToComplete,
    choices: GenerateChoices,
    signal: AbortSignal,
  ) => AsyncIterable<Answer<'/softpost.v1.InferenceService/Generate'>>;
}

const PAGE_SIZE = 100;
/** A provider that always has another page is not believed. */
const MAX_PAGES = 100;

export function openEgress(options: ChannelOptions, record: EgressRecord): Egress {
  const channel = openChannel(options);
  const entries = createDepartures(record, options.address);

  const call = async <Path extends Method>(method: Path, request: RequestOf<Path>): Promise<AnswerOf<Path>> => {
    const message = encodeRequest(method, request);
    const departure = entries.depart(method, message);
    return channel.unary(method, message).catch(departure.failed);
  };
  const stream = <Path extends Method>(
    method: Path,
    request: RequestOf<Path>,
    signal: AbortSignal,
  ): AsyncIterable<AnswerOf<Path>> => {
    const message = encodeRequest(method, request);
    const departure = entries.depart(method, message);
    return answersOf(channel.stream(method, message, { signal }), departure.failed);
  };

  return {
    listStudents: () =>
      allPages(async (page) => {
        const { students, nextPageToken } = await call('/softpost.v1.StudentService/ListStudents', page);
        return { items: students.map(studentListing), nextPageToken };
      }),
    getStudent: (studentId, version) => call('/softpost.v1.StudentService/GetStudent', { studentId, version }),
    downloadStudent: (file, signal) => stream('/softpost.v1.StudentService/DownloadStudent', file, signal),
    getLogConsistency: (fromSize) => call('/softpost.v1.StudentService/GetLogConsistency', { fromSize }),
    listPublicDatasets: async () => {
      const { datasets } = await call('/softpost.v1.PublicDataService/ListPublicDatasets', {});
      return datasets.map(datasetListing);
    },
    submit: async (submission) => {
      const { job } = await call('/softpost.v1.TransferService/CreateTransfer', transferRequest(submission));
      return jobOf(job);
    },
    getJob: async (jobId) => jobNamed(jobId, (await call('/softpost.v1.JobService/GetJob', { jobId })).job),
    listJobs: () =>
      allPages(async (page) => {
        const { jobs, nextPageToken } = await call('/softpost.v1.JobService/ListJobs', page);
        return { items: jobs.map(jobOf), nextPageToken };
      }),
    watchJob: async function* (jobId, afterEvent, signal) {
      const answers = stream('/softpost.v1.JobService/WatchJob', { jobId, afterEvent }, signal);
      for await (const { event } of answers) yield jobEventOf(event);
    },
    cancelJob: async (jobId) => jobNamed(jobId, (await call('/softpost.v1.JobService/CancelJob', { jobId })).job),
    listPrompts: () =>
      allPages(async (page) => {
        const { prompts, nextPageToken } = await call('/softpost.v1.PromptService/ListPrompts', page);
        return { items: prompts.map(promptListing), nextPageToken };
      }),
    getPrompt: (promptId) => call('/softpost.v1.PromptService/GetPrompt', { promptId }),
    deletePrompt: async (promptId) => {
      await call('/softpost.v1.PromptService/DeletePrompt', { promptId });
    },
    retransfer: async (idempotencyKey, promptId, teacherId) => {
      const request = { idempotencyKey, promptId, teacherId };
      return jobOf((await call('/softpost.v1.PromptService/RetransferPrompt', request)).job);
    },
    classify: async (promptId, given) => {
      const { texts } = explicit(given);
      return call('/softpost.v1.InferenceService/Classify', { promptId, texts: [...texts] });
    },
    generate: (promptId, given, { maxTokens = 0, temperature = 0, topP = 0, seed }, signal) => {
      const { text, stop } = explicit(given);
      const how = { maxTokens, temperature, topP, ...(seed === undefined ? {} : { seed }) };
      const request = { promptId, text, stop: [...stop], ...how };
      return stream('/softpost.v1.InferenceService/Generate', request, signal);
    },
    [Symbol.dispose]: () => channel.close(),
  };
}

function transferRequest(submission: SealedSubmission): RequestOf<'/softpost.v1.TransferService/CreateTransfer'> {
  // A caller without types cannot get past this either.
  if (!isSealedSubmission(submission)) throw new SoftpostError('ENGINE', 'only sealed submissions are sent');
  const { prompt, receipt, task, choices, envelope, ...names } = submission;
  return {
    ...names,
    prompt,
    receipt,
    signedEnvelope: envelope,
    task: {
      name: task.name,
      template: task.template,
      labels: task.labels.map(({ name, words }) => ({ name, words: [...words] })),
      initText: task.initText ?? '',
      maxLength: task.maxLength ?? 0,
    },
    options: {
      datasetId: choices.datasetId ?? '',
      ...(choices.alpha === undefined ? {} : { alpha: choices.alpha }),
      comparison: choices.compare === 'labels' ? 'COMPARISON_LABELS' : 'COMPARISON_VOCABULARY',
      steps: choices.steps ?? 0,
      seed: choices.seed,
    },
  };
}

function explicit<Texts extends InferenceTexts | TextToComplete>(texts: Texts): Texts {
  if (isGivenAway(texts)) return texts;
  throw new SoftpostError('ENGINE', 'only texts that the user gives away are sent');
}

async function* answersOf<T>(answers: AsyncIterable<T>, failed: (error: unknown) => never): AsyncGenerator<T> {
  try {
    yield* answers;
  } catch (error) {
    failed(error);
  }
}

interface Page {
  readonly pageSize: number;
  readonly pageToken: string;
}

async function allPages<Item>(
  read: (page: Page) => Promise<{ readonly items: readonly Item[]; readonly nextPageToken: string }>,
): Promise<readonly Item[]> {
  const all: Item[] = [];
  let pageToken = '';
  for (let page = 0; page < MAX_PAGES; page++) {
    const { items, nextPageToken } = await read({ pageSize: PAGE_SIZE, pageToken });
    all.push(...items);
    if (nextPageToken === '') return all;
    pageToken = nextPageToken;
  }
  throw new SoftpostError('BAD_ANSWER', `the provider's list has more than ${MAX_PAGES} pages`);
}
