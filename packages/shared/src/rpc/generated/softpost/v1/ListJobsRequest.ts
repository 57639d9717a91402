// Original file: ../../proto/softpost/v1/jobs.proto


export interface ListJobsRequest {
  'pageSize'?: (number);
  'pageToken'?: (string);
}

export interface ListJobsRequest__Output {
  'pageSize': (number);
  'pageToken': (string);
}
