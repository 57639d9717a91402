// Original file: ../../proto/softpost/v1/jobs.proto

import type { JobEvent as _softpost_v1_JobEvent, JobEvent__Output as _softpost_v1_JobEvent__Output } from '../../softpost/v1/JobEvent.ts';

export interface WatchJobResponse {
  'event'?: (_softpost_v1_JobEvent | null);
}

export interface WatchJobResponse__Output {
  'event': (_softpost_v1_JobEvent__Output | null);
}
