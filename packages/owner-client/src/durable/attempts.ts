/** @file Errands that may be run once more: attempts at the same, of which the newest counts. */

import type { SiteMemory } from './site-memory.ts';

/** The purpose of the newest attempt at `errand`, or with `again` of one after it. */
export function attemptAt(memory: SiteMemory, errand: string, again: boolean): string {
  const made = memory.errands(`${errand} `).length;
  return `${errand} ${Math.max(made + (again ? 1 : 0), 1)}`;
}
