/** @file The methods of the protocol as types: what a caller sends and gets, what a server is given and gives. */

import type { handleServerStreamingCall, handleUnaryCall } from '@grpc/grpc-js';
import type { AdminServiceDefinition, AdminServiceHandlers } from './generated/softpost/v1/AdminService.ts';
import type { InferenceServiceDefinition, InferenceServiceHandlers } from './generated/softpost/v1/InferenceService.ts';
import type { JobServiceDefinition, JobServiceHandlers } from './generated/softpost/v1/JobService.ts';
import type { PromptServiceDefinition, PromptServiceHandlers } from './generated/softpost/v1/PromptService.ts';
import type {
  PublicDataServiceDefinition,
  PublicDataServiceHandlers,
} from './generated/softpost/v1/PublicDataService.ts';
import type { StudentServiceDefinition, StudentServiceHandlers } from './generated/softpost/v1/StudentService.ts';
import type { TransferServiceDefinition, TransferServiceHandlers } from './generated/softpost/v1/TransferService.ts';

interface Definitions {
  readonly AdminService: AdminServiceDefinition;
  readonly InferenceService: InferenceServiceDefinition;
  readonly JobService: JobServiceDefinition;
  readonly PromptService: PromptServiceDefinition;
  readonly PublicDataService: PublicDataServiceDefinition;
  readonly StudentService: StudentServiceDefinition;
  readonly TransferService: TransferServiceDefinition;
}

interface Handlers {
  readonly AdminService: AdminServiceHandlers;
  readonly InferenceService: InferenceServiceHandlers;
  readonly JobService: JobServiceHandlers;
  readonly PromptService: PromptServiceHandlers;
  readonly PublicDataService: PublicDataServiceHandlers;
  readonly StudentService: StudentServiceHandlers;
  readonly TransferService: TransferServiceHandlers;
}

export type ServiceName = keyof Definitions;

/** The generated types have an index signature beside their methods. */
type NamesOf<T> = keyof { [Name in keyof T as string extends Name ? never : number extends Name ? never : Name]: 0 };

/** Every method, such as `/softpost.v1.JobService/GetJob`. */
export type MethodPath = {
  [Service in ServiceName]: `/softpost.v1.${Service}/${NamesOf<Definitions[Service]> & string}`;
}[ServiceName];

type DefinitionOf<Path extends MethodPath> =
  Path extends `/softpost.v1.${infer Service extends ServiceName}/${infer Name}`
    ? Definitions[Service][Name & keyof Definitions[Service]]
    : never;

/** What a caller sends; what it leaves out has its default. */
export type RequestOf<Path extends MethodPath> =
  DefinitionOf<Path> extends { readonly requestSerialize: (request: infer Request extends object) => unknown }
    ? Request
    : never;

/** What a caller gets: one, or with a stream many. */
export type AnswerOf<Path extends MethodPath> =
  DefinitionOf<Path> extends { readonly responseDeserialize: (bytes: never) => infer Answer } ? Answer : never;

/** The methods of a service as a server writes them; `Context` is what it knows of the call. */
export type ServiceOf<Service extends ServiceName, Context> = {
  readonly [Name in NamesOf<Handlers[Service]>]: Handlers[Service][Name] extends handleServerStreamingCall<
    infer Request,
    infer Answer
  >
    ? (request: Request, context: Context) => AsyncIterable<Answer>
    : Handlers[Service][Name] extends handleUnaryCall<infer Request, infer Answer>
      ? (request: Request, context: Context) => Promise<Answer>
      : never;
};

export type Services<Context> = { readonly [Service in ServiceName]: ServiceOf<Service, Context> };
