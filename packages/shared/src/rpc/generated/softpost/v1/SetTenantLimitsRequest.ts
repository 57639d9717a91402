// Original file: ../../proto/softpost/v1/admin.proto

import type { TenantLimits as _softpost_v1_TenantLimits, TenantLimits__Output as _softpost_v1_TenantLimits__Output } from '../../softpost/v1/TenantLimits.ts';

export interface SetTenantLimitsRequest {
  'tenantId'?: (string);
  'limits'?: (_softpost_v1_TenantLimits | null);
}

export interface SetTenantLimitsRequest__Output {
  'tenantId': (string);
  'limits': (_softpost_v1_TenantLimits__Output | null);
}
