// Original file: ../../proto/softpost/v1/admin.proto

import type { ApiKey as _softpost_v1_ApiKey, ApiKey__Output as _softpost_v1_ApiKey__Output } from '../../softpost/v1/ApiKey.ts';

export interface ListApiKeysResponse {
  'apiKeys'?: (_softpost_v1_ApiKey)[];
}

export interface ListApiKeysResponse__Output {
  'apiKeys': (_softpost_v1_ApiKey__Output)[];
}
