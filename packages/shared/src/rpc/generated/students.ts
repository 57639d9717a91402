import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { DownloadStudentRequest as _softpost_v1_DownloadStudentRequest, DownloadStudentRequest__Output as _softpost_v1_DownloadStudentRequest__Output } from './softpost/v1/DownloadStudentRequest.ts';
import type { DownloadStudentResponse as _softpost_v1_DownloadStudentResponse, DownloadStudentResponse__Output as _softpost_v1_DownloadStudentResponse__Output } from './softpost/v1/DownloadStudentResponse.ts';
import type { FileChunk as _softpost_v1_FileChunk, FileChunk__Output as _softpost_v1_FileChunk__Output } from './softpost/v1/FileChunk.ts';
import type { FileEntry as _softpost_v1_FileEntry, FileEntry__Output as _softpost_v1_FileEntry__Output } from './softpost/v1/FileEntry.ts';
import type { GetLogConsistencyRequest as _softpost_v1_GetLogConsistencyRequest, GetLogConsistencyRequest__Output as _softpost_v1_GetLogConsistencyRequest__Output } from './softpost/v1/GetLogConsistencyRequest.ts';
import type { GetLogConsistencyResponse as _softpost_v1_GetLogConsistencyResponse, GetLogConsistencyResponse__Output as _softpost_v1_GetLogConsistencyResponse__Output } from './softpost/v1/GetLogConsistencyResponse.ts';
import type { GetStudentRequest as _softpost_v1_GetStudentRequest, GetStudentRequest__Output as _softpost_v1_GetStudentRequest__Output } from './softpost/v1/GetStudentRequest.ts';
import type { GetStudentResponse as _softpost_v1_GetStudentResponse, GetStudentResponse__Output as _softpost_v1_GetStudentResponse__Output } from './softpost/v1/GetStudentResponse.ts';
import type { ListStudentsRequest as _softpost_v1_ListStudentsRequest, ListStudentsRequest__Output as _softpost_v1_ListStudentsRequest__Output } from './softpost/v1/ListStudentsRequest.ts';
import type { ListStudentsResponse as _softpost_v1_ListStudentsResponse, ListStudentsResponse__Output as _softpost_v1_ListStudentsResponse__Output } from './softpost/v1/ListStudentsResponse.ts';
import type { LogInclusion as _softpost_v1_LogInclusion, LogInclusion__Output as _softpost_v1_LogInclusion__Output } from './softpost/v1/LogInclusion.ts';
import type { Student as _softpost_v1_Student, Student__Output as _softpost_v1_Student__Output } from './softpost/v1/Student.ts';
import type { StudentServiceClient as _softpost_v1_StudentServiceClient, StudentServiceDefinition as _softpost_v1_StudentServiceDefinition } from './softpost/v1/StudentService.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  softpost: {
    v1: {
      DownloadStudentRequest: MessageTypeDefinition<_softpost_v1_DownloadStudentRequest, _softpost_v1_DownloadStudentRequest__Output>
      DownloadStudentResponse: MessageTypeDefinition<_softpost_v1_DownloadStudentResponse, _softpost_v1_DownloadStudentResponse__Output>
      FileChunk: MessageTypeDefinition<_softpost_v1_FileChunk, _softpost_v1_FileChunk__Output>
      FileEntry: MessageTypeDefinition<_softpost_v1_FileEntry, _softpost_v1_FileEntry__Output>
      GetLogConsistencyRequest: MessageTypeDefinition<_softpost_v1_GetLogConsistencyRequest, _softpost_v1_GetLogConsistencyRequest__Output>
      GetLogConsistencyResponse: MessageTypeDefinition<_softpost_v1_GetLogConsistencyResponse, _softpost_v1_GetLogConsistencyResponse__Output>
      GetStudentRequest: MessageTypeDefinition<_softpost_v1_GetStudentRequest, _softpost_v1_GetStudentRequest__Output>
      GetStudentResponse: MessageTypeDefinition<_softpost_v1_GetStudentResponse, _softpost_v1_GetStudentResponse__Output>
      ListStudentsRequest: MessageTypeDefinition<_softpost_v1_ListStudentsRequest, _softpost_v1_ListStudentsRequest__Output>
      ListStudentsResponse: MessageTypeDefinition<_softpost_v1_ListStudentsResponse, _softpost_v1_ListStudentsResponse__Output>
      LogInclusion: MessageTypeDefinition<_softpost_v1_LogInclusion, _softpost_v1_LogInclusion__Output>
      Student: MessageTypeDefinition<_softpost_v1_Student, _softpost_v1_Student__Output>
      StudentService: SubtypeConstructor<typeof grpc.Client, _softpost_v1_StudentServiceClient> & { service: _softpost_v1_StudentServiceDefinition }
    }
  }
}

