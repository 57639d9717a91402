// Original file: ../../proto/softpost/v1/admin.proto


export interface ListApiKeysRequest {
  'tenantId'?: (string);
}

export interface ListApiKeysRequest__Output {
  'tenantId': (string);
}
