// Original file: ../../proto/softpost/v1/admin.proto

import type { Tenant as _softpost_v1_Tenant, Tenant__Output as _softpost_v1_Tenant__Output } from '../../softpost/v1/Tenant.ts';

export interface ListTenantsResponse {
  'tenants'?: (_softpost_v1_Tenant)[];
}

export interface ListTenantsResponse__Output {
  'tenants': (_softpost_v1_Tenant__Output)[];
}
