// Original file: ../../proto/softpost/v1/admin.proto

import type { Role as _softpost_v1_Role, Role__Output as _softpost_v1_Role__Output } from '../../softpost/v1/Role.ts';

export interface CreateApiKeyRequest {
  'tenantId'?: (string);
  'role'?: (_softpost_v1_Role);
}

export interface CreateApiKeyRequest__Output {
  'tenantId': (string);
  'role': (_softpost_v1_Role__Output);
}
