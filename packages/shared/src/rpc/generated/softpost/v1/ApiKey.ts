// Original file: ../../proto/softpost/v1/admin.proto

import type { Role as _softpost_v1_Role, Role__Output as _softpost_v1_Role__Output } from '../../softpost/v1/Role.ts';

export interface ApiKey {
  'keyId'?: (string);
  'tenantId'?: (string);
  'role'?: (_softpost_v1_Role);
  'createTime'?: (string);
  'revoked'?: (boolean);
}

export interface ApiKey__Output {
  'keyId': (string);
  'tenantId': (string);
  'role': (_softpost_v1_Role__Output);
  'createTime': (string);
  'revoked': (boolean);
}
