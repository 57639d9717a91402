// Original file: ../../proto/softpost/v1/jobs.proto

import type { JobKind as _softpost_v1_JobKind, JobKind__Output as _softpost_v1_JobKind__Output } from '../../softpost/v1/JobKind.ts';
import type { JobState as _softpost_v1_JobState, JobState__Output as _softpost_v1_JobState__Output } from '../../softpost/v1/JobState.ts';
import type { JobError as _softpost_v1_JobError, JobError__Output as _softpost_v1_JobError__Output } from '../../softpost/v1/JobError.ts';

export interface Job {
  'jobId'?: (string);
  'kind'?: (_softpost_v1_JobKind);
  'state'?: (_softpost_v1_JobState);
  'createTime'?: (string);
  'endTime'?: (string);
  'promptId'?: (string);
  'studentId'?: (string);
  'studentVersion'?: (number);
  'error'?: (_softpost_v1_JobError | null);
  'reportJson'?: (string);
}

export interface Job__Output {
  'jobId': (string);
  'kind': (_softpost_v1_JobKind__Output);
  'state': (_softpost_v1_JobState__Output);
  'createTime': (string);
  'endTime': (string);
  'promptId': (string);
  'studentId': (string);
  'studentVersion': (number);
  'error': (_softpost_v1_JobError__Output | null);
  'reportJson': (string);
}
