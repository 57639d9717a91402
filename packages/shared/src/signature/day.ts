/** @file Days (UTC) in signed documents: a time of day would tell more of a party's work than anybody needs. */

import { z } from 'zod';

/** `YYYY-MM-DD`; texts of days compare as the days do. */
export const daySchema = z.iso.date();

const DAY_MS = 24 * 60 * 60 * 1000;

export function dayOf(date: Date): string {
  return date.toISOString().slice(0, 'YYYY-MM-DD'.length);
}

/** The day so many days after `day`, or before it. */
export function addDays(day: string, count: number): string {
  return dayOf(new Date(Date.parse(day) + count * DAY_MS));
}
