// Original file: ../../proto/softpost/v1/students.proto


export interface GetLogConsistencyResponse {
  'path'?: (Buffer | Uint8Array | string)[];
  'signedHead'?: (string);
}

export interface GetLogConsistencyResponse__Output {
  'path': (Buffer)[];
  'signedHead': (string);
}
