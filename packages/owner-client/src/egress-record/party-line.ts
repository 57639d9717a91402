/**
 * @file Everything that crosses the line between owner and provider on the owner's side: each message that it can send, and where the content of each
 * field comes from. What is not listed here cannot be sent; a test compares the list with proto/. Answers go the other way and are not listed.
 */

import type { Label } from '@softpost/shared/rpc/generated/softpost/v1/Label';
import type { Task } from '@softpost/shared/rpc/generated/softpost/v1/Task';
import type { TransferOptions } from '@softpost/shared/rpc/generated/softpost/v1/TransferOptions';
import type { MethodPath, RequestOf } from '@softpost/shared/rpc/methods';

/** Methods that the owner can call, by path, and the message that each sends. */
export const METHODS = {
  '/softpost.v1.StudentService/ListStudents': 'ListStudentsRequest',
  '/softpost.v1.StudentService/GetStudent': 'GetStudentRequest',
  '/softpost.v1.StudentService/DownloadStudent': 'DownloadStudentRequest',
  '/softpost.v1.StudentService/GetLogConsistency': 'GetLogConsistencyRequest',
  '/softpost.v1.PublicDataService/ListPublicDatasets': 'ListPublicDatasetsRequest',
  '/softpost.v1.TransferService/CreateTransfer': 'CreateTransferRequest',
  '/softpost.v1.JobService/GetJob': 'GetJobRequest',
  '/softpost.v1.JobService/ListJobs': 'ListJobsRequest',
  '/softpost.v1.JobService/WatchJob': 'WatchJobRequest',
  '/softpost.v1.JobService/CancelJob': 'CancelJobRequest',
  '/softpost.v1.PromptService/ListPrompts': 'ListPromptsRequest',
  '/softpost.v1.PromptService/GetPrompt': 'GetPromptRequest',
  '/softpost.v1.PromptService/DeletePrompt': 'DeletePromptRequest',
  '/softpost.v1.PromptService/RetransferPrompt': 'RetransferPromptRequest',
  '/softpost.v1.InferenceService/Classify': 'ClassifyRequest',
  '/softpost.v1.InferenceService/Generate': 'GenerateRequest',
} as const satisfies Partial<Readonly<Record<MethodPath, string>>>;

export type Method = keyof typeof METHODS;

/** Messages that the owner can send, and those inside them. */
type Messages = { readonly [Path in Method as (typeof METHODS)[Path]]: RequestOf<Path> } & {
  readonly Task: Task;
  readonly Label: Label;
  readonly TransferOptions: TransferOptions;
};

/**
 * Where the content of a field comes from. No origin is private records but `prompt`, which epsilon covers, and `text`.
 * - `constant`: chosen by the user or this program without looking at private records
 * - `provider`: given by the provider before: a name, a page token, how much of a student or a log has been received
 * - `prompt`: the values of the sealed prompt
 * - `statement`: a signed text made of constants, digests of prompt and constants, keyed hashes, random numbers and the day
 * - `random`: from the operating system's generator
 * - `text`: an inference text that the user sends explicitly; the provider reads it
 */
export type Origin = 'constant' | 'provider' | 'prompt' | 'statement' | 'random' | 'text';

/** Every field of a message, those aside by which generated types mark optional ones. */
type FieldsOf<Message> = { readonly [Field in Exclude<keyof Message, `_${string}`>]-?: Origin | keyof Messages };

/** The origin of every field, or the message that it holds. */
export const FIELDS = {
  ListStudentsRequest: { pageSize: 'constant', pageToken: 'provider' },
  GetStudentRequest: { studentId: 'provider', version: 'provider' },
  DownloadStudentRequest: { studentId: 'provider', version: 'provider', fileName: 'provider', offset: 'provider' },
  GetLogConsistencyRequest: { fromSize: 'provider' },
  ListPublicDatasetsRequest: {},
  CreateTransferRequest: {
    idempotencyKey: 'random',
    studentId: 'provider',
    studentVersion: 'provider',
    prompt: 'prompt',
    receipt: 'statement',
    signedEnvelope: 'statement',
    task: 'Task',
    options: 'TransferOptions',
  },
  Task: { name: 'constant', template: 'constant', labels: 'Label', initText: 'constant', maxLength: 'constant' },
  Label: { name: 'constant', words: 'constant' },
  TransferOptions: {
    datasetId: 'provider',
    alpha: 'constant',
    comparison: 'constant',
    steps: 'constant',
    seed: 'constant',
  },
  GetJobRequest: { jobId: 'provider' },
  ListJobsRequest: { pageSize: 'constant', pageToken: 'provider' },
  WatchJobRequest: { jobId: 'provider', afterEvent: 'provider' },
  CancelJobRequest: { jobId: 'provider' },
  ListPromptsRequest: { pageSize: 'constant', pageToken: 'provider' },
  GetPromptRequest: { promptId: 'provider' },
  DeletePromptRequest: { promptId: 'provider' },
  RetransferPromptRequest: { idempotencyKey: 'random', promptId: 'provider', teacherId: 'provider' },
  ClassifyRequest: { promptId: 'provider', texts: 'text' },
  GenerateRequest: {
    promptId: 'provider',
    text: 'text',
    maxTokens: 'constant',
    temperature: 'constant',
    topP: 'constant',
    stop: 'text',
    seed: 'constant',
  },
} as const satisfies { readonly [Name in keyof Messages]: FieldsOf<Messages[Name]> };

/** Headers of every call, beside those that HTTP/2 itself asks for. */
export const HEADERS = {
  authorization: 'the API key of the configuration',
  'user-agent': 'name and version of this program and its gRPC library',
  'grpc-timeout': 'the time limit of the call, a constant, less what connecting took',
  'grpc-accept-encoding': 'constant',
  'accept-encoding': 'constant',
  'content-type': 'constant',
  te: 'constant',
} as const satisfies Readonly<Record<string, string>>;
