// Original file: ../../proto/softpost/v1/students.proto

import type { FileChunk as _softpost_v1_FileChunk, FileChunk__Output as _softpost_v1_FileChunk__Output } from '../../softpost/v1/FileChunk.ts';

export interface DownloadStudentResponse {
  'chunk'?: (_softpost_v1_FileChunk | null);
}

export interface DownloadStudentResponse__Output {
  'chunk': (_softpost_v1_FileChunk__Output | null);
}
