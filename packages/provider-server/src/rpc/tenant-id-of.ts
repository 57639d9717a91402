/** @file The tenant of a call to a method that owners alone may call. */

import type { CallContext } from './gate.ts';

export function tenantIdOf({ caller }: CallContext): string {
  if (caller.tenant) return caller.tenant.id;
  throw new TypeError('the table of access gave this method to others than owners');
}
