/** @file The entries of the ledger, each chained to all before it. */

import { SoftpostError } from '@softpost/shared/errors';
import { z } from 'zod';
import { link, linkFault, readBody, type Head, type Link } from '../durable/chain.ts';

const hex = z.string().regex(/^[0-9a-f]{64}$/);
const id = z.string().regex(/^[0-9a-f]{32}$/);
const count = z.int().min(0);
const positive = z.number().positive();

/** The first entry: whose ledger this is. */
const genesis = z.strictObject({ kind: z.literal('genesis'), version: z.literal(1), keyCheck: hex });

/** A run may draw `steps` times, from now on. */
const reserve = z.strictObject({
  kind: z.literal('reserve'),
  session: id,
  /** UTC day. */
  day: z.iso.date(),
  /** HMAC of output path and options, by which a run is found again after an interruption. */
  purpose: hex,
  lineage: hex,
  root: hex,
  adjacency: z.literal('add-or-remove-one'),
  unit: z.string().min(1),
  /** Older lineages that hold some of the same records. */
  neighbours: z.array(hex),
  /** Null for a run without privacy. */
  phases: z
    .array(z.strictObject({ samplingRate: positive.max(1), noiseMultiplier: positive, steps: z.int().min(1) }))
    .min(1)
    .nullable(),
  steps: z.int().min(1),
  /** Steps drawn before, under a ledger that is not this one. */
  drawn: count,
  /** Epsilon that the run alone is certified with at its own delta: information, the filter does not use it. */
  certified: z.strictObject({ epsilon: positive, delta: positive.lt(1) }).nullable(),
  /** Of the lineage from here on; null as long as it had no run with privacy. */
  terms: z.strictObject({ delta: positive.lt(1), order: z.int().min(2), cap: positive.nullable() }).nullable(),
});

/** An interrupted run goes on: what is drawn again counts again. */
const resume = z.strictObject({ kind: z.literal('resume'), session: id, reserved: count });

/** The run is about to draw once more, `drawn` times in all. */
const spend = z.strictObject({ kind: z.literal('spend'), session: id, drawn: z.int().min(1) });

/** The run is over: what it never drew is free again. */
const close = z.strictObject({ kind: z.literal('close') });

const bodySchema = z.discriminatedUnion('kind', [genesis, reserve, resume, spend, close]);

export type EntryBody = Readonly<z.infer<typeof bodySchema>>;
export type Reservation = Readonly<z.infer<typeof reserve>>;

export interface Entry extends Link {
  /** Random name of the run; empty for the first entry. */
  readonly run: string;
  readonly body: EntryBody;
}

/** A row as it lies in the database. */
export interface EntryRow extends Link {
  readonly run: string;
  readonly body: string;
}

/** The row that follows `head`. */
export function chainRow(head: Head, run: string, body: EntryBody): EntryRow {
  const text = JSON.stringify(body);
  return { ...link(head, run, text), run, body: text };
}

/** Reads a row that must follow `head`. @throws LEDGER_DAMAGED naming the entry */
export function readRow(path: string, head: Head, row: EntryRow): Entry {
  const refuse = (fault: string): never => {
    throw new SoftpostError('LEDGER_DAMAGED', `${path}: entry ${head.sequence + 1} ${fault}`);
  };
  const fault = linkFault(head, row, row.run, row.body);
  if (fault !== undefined) refuse(fault);
  const body = readBody(row.body, bodySchema);
  return body ? { ...row, body } : refuse('has a form that is not known');
}
