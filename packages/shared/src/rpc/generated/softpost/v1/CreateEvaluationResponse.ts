// Original file: ../../proto/softpost/v1/admin.proto

import type { Job as _softpost_v1_Job, Job__Output as _softpost_v1_Job__Output } from '../../softpost/v1/Job.ts';

export interface CreateEvaluationResponse {
  'job'?: (_softpost_v1_Job | null);
}

export interface CreateEvaluationResponse__Output {
  'job': (_softpost_v1_Job__Output | null);
}
