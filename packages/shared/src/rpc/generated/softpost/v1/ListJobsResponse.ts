// Original file: ../../proto/softpost/v1/jobs.proto

import type { Job as _softpost_v1_Job, Job__Output as _softpost_v1_Job__Output } from '../../softpost/v1/Job.ts';

export interface ListJobsResponse {
  'jobs'?: (_softpost_v1_Job)[];
  'nextPageToken'?: (string);
}

export interface ListJobsResponse__Output {
  'jobs': (_softpost_v1_Job__Output)[];
  'nextPageToken': (string);
}
