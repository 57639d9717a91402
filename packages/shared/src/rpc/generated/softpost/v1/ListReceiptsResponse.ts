// Original file: ../../proto/softpost/v1/admin.proto


export interface ListReceiptsResponse {
  'receipts'?: (string)[];
  'nextPageToken'?: (string);
}

export interface ListReceiptsResponse__Output {
  'receipts': (string)[];
  'nextPageToken': (string);
}
