// Original file: ../../proto/softpost/v1/admin.proto

export const Role = {
  ROLE_UNSPECIFIED: 'ROLE_UNSPECIFIED',
  ROLE_OWNER: 'ROLE_OWNER',
  ROLE_OPERATOR: 'ROLE_OPERATOR',
  ROLE_AUDITOR: 'ROLE_AUDITOR',
} as const;

export type Role =
  | 'ROLE_UNSPECIFIED'
  | 0
  | 'ROLE_OWNER'
  | 1
  | 'ROLE_OPERATOR'
  | 2
  | 'ROLE_AUDITOR'
  | 3

export type Role__Output = typeof Role[keyof typeof Role]
