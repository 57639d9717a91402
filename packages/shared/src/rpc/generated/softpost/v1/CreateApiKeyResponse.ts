// Original file: ../../proto/softpost/v1/admin.proto

import type { ApiKey as _softpost_v1_ApiKey, ApiKey__Output as _softpost_v1_ApiKey__Output } from '../../softpost/v1/ApiKey.ts';

export interface CreateApiKeyResponse {
  'apiKey'?: (_softpost_v1_ApiKey | null);
  'secret'?: (string);
}

export interface CreateApiKeyResponse__Output {
  'apiKey': (_softpost_v1_ApiKey__Output | null);
  'secret': (string);
}
