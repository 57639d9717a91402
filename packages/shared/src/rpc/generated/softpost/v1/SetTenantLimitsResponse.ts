// Original file: ../../proto/softpost/v1/admin.proto

import type { Tenant as _softpost_v1_Tenant, Tenant__Output as _softpost_v1_Tenant__Output } from '../../softpost/v1/Tenant.ts';

export interface SetTenantLimitsResponse {
  'tenant'?: (_softpost_v1_Tenant | null);
}

export interface SetTenantLimitsResponse__Output {
  'tenant': (_softpost_v1_Tenant__Output | null);
}
