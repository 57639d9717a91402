// Original file: ../../proto/softpost/v1/transfers.proto

import type { Job as _softpost_v1_Job, Job__Output as _softpost_v1_Job__Output } from '../../softpost/v1/Job.ts';

export interface CreateTransferResponse {
  'job'?: (_softpost_v1_Job | null);
}

export interface CreateTransferResponse__Output {
  'job': (_softpost_v1_Job__Output | null);
}
