// Original file: ../../proto/softpost/v1/admin.proto


export interface ListReceiptsRequest {
  'tenantId'?: (string);
  'pageSize'?: (number);
  'pageToken'?: (string);
}

export interface ListReceiptsRequest__Output {
  'tenantId': (string);
  'pageSize': (number);
  'pageToken': (string);
}
