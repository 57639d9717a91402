// Original file: ../../proto/softpost/v1/students.proto

import type { LogInclusion as _softpost_v1_LogInclusion, LogInclusion__Output as _softpost_v1_LogInclusion__Output } from '../../softpost/v1/LogInclusion.ts';

export interface GetStudentResponse {
  'signedManifest'?: (string);
  'inclusion'?: (_softpost_v1_LogInclusion | null);
}

export interface GetStudentResponse__Output {
  'signedManifest': (string);
  'inclusion': (_softpost_v1_LogInclusion__Output | null);
}
