/** @file Who calls: the holder of a key, in a role, and with the role of an owner for one tenant. */

export const ROLES = ['owner', 'operator', 'auditor'] as const;
export type Role = (typeof ROLES)[number];

/** What the rules of calls need to know of a tenant. */
export interface CallingTenant {
  readonly id: string;
  /** SHA-256 of the client certificate that it must use. */
  readonly certificateDigest: string | null;
  readonly limits: {
    /** 0 or left out: the provider's default. */
    readonly concurrentCalls?: number;
  };
}

export type Caller =
  | { readonly role: 'owner'; readonly keyId: string; readonly tenant: CallingTenant }
  | { readonly role: 'operator' | 'auditor'; readonly keyId: string; readonly tenant: null };
