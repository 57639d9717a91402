// Original file: ../../proto/softpost/v1/students.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { DownloadStudentRequest as _softpost_v1_DownloadStudentRequest, DownloadStudentRequest__Output as _softpost_v1_DownloadStudentRequest__Output } from '../../softpost/v1/DownloadStudentRequest.ts';
import type { DownloadStudentResponse as _softpost_v1_DownloadStudentResponse, DownloadStudentResponse__Output as _softpost_v1_DownloadStudentResponse__Output } from '../../softpost/v1/DownloadStudentResponse.ts';
import type { GetLogConsistencyRequest as _softpost_v1_GetLogConsistencyRequest, GetLogConsistencyRequest__Output as _softpost_v1_GetLogConsistencyRequest__Output } from '../../softpost/v1/GetLogConsistencyRequest.ts';
import type { GetLogConsistencyResponse as _softpost_v1_GetLogConsistencyResponse, GetLogConsistencyResponse__Output as _softpost_v1_GetLogConsistencyResponse__Output } from '../../softpost/v1/GetLogConsistencyResponse.ts';
import type { GetStudentRequest as _softpost_v1_GetStudentRequest, GetStudentRequest__Output as _softpost_v1_GetStudentRequest__Output } from '../../softpost/v1/GetStudentRequest.ts';
import type { GetStudentResponse as _softpost_v1_GetStudentResponse, GetStudentResponse__Output as _softpost_v1_GetStudentResponse__Output } from '../../softpost/v1/GetStudentResponse.ts';
import type { ListStudentsRequest as _softpost_v1_ListStudentsRequest, ListStudentsRequest__Output as _softpost_v1_ListStudentsRequest__Output } from '../../softpost/v1/ListStudentsRequest.ts';
import type { ListStudentsResponse as _softpost_v1_ListStudentsResponse, ListStudentsResponse__Output as _softpost_v1_ListStudentsResponse__Output } from '../../softpost/v1/ListStudentsResponse.ts';

export interface StudentServiceClient extends grpc.Client {
  DownloadStudent(argument: _softpost_v1_DownloadStudentRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_softpost_v1_DownloadStudentResponse__Output>;
  DownloadStudent(argument: _softpost_v1_DownloadStudentRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_softpost_v1_DownloadStudentResponse__Output>;
  downloadStudent(argument: _softpost_v1_DownloadStudentRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_softpost_v1_DownloadStudentResponse__Output>;
  downloadStudent(argument: _softpost_v1_DownloadStudentRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_softpost_v1_DownloadStudentResponse__Output>;
  
  GetLogConsistency(argument: _softpost_v1_GetLogConsistencyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_GetLogConsistencyResponse__Output>): grpc.ClientUnaryCall;
  GetLogConsistency(argument: _softpost_v1_GetLogConsistencyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_GetLogConsistencyResponse__Output>): grpc.ClientUnaryCall;
  GetLogConsistency(argument: _softpost_v1_GetLogConsistencyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_GetLogConsistencyResponse__Output>): grpc.ClientUnaryCall;
  GetLogConsistency(argument: _softpost_v1_GetLogConsistencyRequest, callback: grpc.requestCallback<_softpost_v1_GetLogConsistencyResponse__Output>): grpc.ClientUnaryCall;
  getLogConsistency(argument: _softpost_v1_GetLogConsistencyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_GetLogConsistencyResponse__Output>): grpc.ClientUnaryCall;
  getLogConsistency(argument: _softpost_v1_GetLogConsistencyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_GetLogConsistencyResponse__Output>): grpc.ClientUnaryCall;
  getLogConsistency(argument: _softpost_v1_GetLogConsistencyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_GetLogConsistencyResponse__Output>): grpc.ClientUnaryCall;
  getLogConsistency(argument: _softpost_v1_GetLogConsistencyRequest, callback: grpc.requestCallback<_softpost_v1_GetLogConsistencyResponse__Output>): grpc.ClientUnaryCall;
  
  GetStudent(argument: _softpost_v1_GetStudentRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_GetStudentResponse__Output>): grpc.ClientUnaryCall;
  GetStudent(argument: _softpost_v1_GetStudentRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_GetStudentResponse__Output>): grpc.ClientUnaryCall;
  GetStudent(argument: _softpost_v1_GetStudentRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_GetStudentResponse__Output>): grpc.ClientUnaryCall;
  GetStudent(argument: _softpost_v1_GetStudentRequest, callback: grpc.requestCallback<_softpost_v1_GetStudentResponse__Output>): grpc.ClientUnaryCall;
  getStudent(argument: _softpost_v1_GetStudentRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_GetStudentResponse__Output>): grpc.ClientUnaryCall;
  getStudent(argument: _softpost_v1_GetStudentRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_GetStudentResponse__Output>): grpc.ClientUnaryCall;
  getStudent(argument: _softpost_v1_GetStudentRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_GetStudentResponse__Output>): grpc.ClientUnaryCall;
  getStudent(argument: _softpost_v1_GetStudentRequest, callback: grpc.requestCallback<_softpost_v1_GetStudentResponse__Output>): grpc.ClientUnaryCall;
  
  ListStudents(argument: _softpost_v1_ListStudentsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_ListStudentsResponse__Output>): grpc.ClientUnaryCall;
  ListStudents(argument: _softpost_v1_ListStudentsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_ListStudentsResponse__Output>): grpc.ClientUnaryCall;
  ListStudents(argument: _softpost_v1_ListStudentsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_ListStudentsResponse__Output>): grpc.ClientUnaryCall;
  ListStudents(argument: _softpost_v1_ListStudentsRequest, callback: grpc.requestCallback<_softpost_v1_ListStudentsResponse__Output>): grpc.ClientUnaryCall;
  listStudents(argument: _softpost_v1_ListStudentsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_ListStudentsResponse__Output>): grpc.ClientUnaryCall;
  listStudents(argument: _softpost_v1_ListStudentsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_ListStudentsResponse__Output>): grpc.ClientUnaryCall;
  listStudents(argument: _softpost_v1_ListStudentsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_ListStudentsResponse__Output>): grpc.ClientUnaryCall;
  listStudents(argument: _softpost_v1_ListStudentsRequest, callback: grpc.requestCallback<_softpost_v1_ListStudentsResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface StudentServiceHandlers extends grpc.UntypedServiceImplementation {
  DownloadStudent: grpc.handleServerStreamingCall<_softpost_v1_DownloadStudentRequest__Output, _softpost_v1_DownloadStudentResponse>;
  
  GetLogConsistency: grpc.handleUnaryCall<_softpost_v1_GetLogConsistencyRequest__Output, _softpost_v1_GetLogConsistencyResponse>;
  
  GetStudent: grpc.handleUnaryCall<_softpost_v1_GetStudentRequest__Output, _softpost_v1_GetStudentResponse>;
  
  ListStudents: grpc.handleUnaryCall<_softpost_v1_ListStudentsRequest__Output, _softpost_v1_ListStudentsResponse>;
  
}

export interface StudentServiceDefinition extends grpc.ServiceDefinition {
  DownloadStudent: MethodDefinition<_softpost_v1_DownloadStudentRequest, _softpost_v1_DownloadStudentResponse, _softpost_v1_DownloadStudentRequest__Output, _softpost_v1_DownloadStudentResponse__Output>
  GetLogConsistency: MethodDefinition<_softpost_v1_GetLogConsistencyRequest, _softpost_v1_GetLogConsistencyResponse, _softpost_v1_GetLogConsistencyRequest__Output, _softpost_v1_GetLogConsistencyResponse__Output>
  GetStudent: MethodDefinition<_softpost_v1_GetStudentRequest, _softpost_v1_GetStudentResponse, _softpost_v1_GetStudentRequest__Output, _softpost_v1_GetStudentResponse__Output>
  ListStudents: MethodDefinition<_softpost_v1_ListStudentsRequest, _softpost_v1_ListStudentsResponse, _softpost_v1_ListStudentsRequest__Output, _softpost_v1_ListStudentsResponse__Output>
}
