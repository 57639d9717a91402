/** @file Pages of a list that goes on growing: a token names the last row that was seen, by time and id. */

import { sql, type SelectQueryBuilder } from 'kysely';
import { SoftpostError } from '@softpost/shared/errors';

export interface PageRequest {
  /** 0 or left out is 50; at most 100. */
  readonly pageSize?: number | undefined;
  /** Left out or empty: the first page. */
  readonly pageToken?: string | undefined;
}

export interface Page<Row> {
  readonly rows: readonly Row[];
  /** Empty after the last page. */
  readonly nextPageToken: string;
}

const DEFAULT_SIZE = 50;
const MOST = 100;
const TOKEN = /^(\d{1,18})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** Microseconds, as the database keeps them: a Date would round. */
const MICROSECONDS = sql<string>`(extract(epoch from created_at) * 1000000)::bigint::text`;

/**
 * One page of `query`, newest first. What is added meanwhile is on none of the later pages; nothing is left out or told twice.
 * @throws BAD_OPTION for a token that none of our pages had
 */
export async function page<DB, TB extends keyof DB, Row extends { readonly id: string }>(
  query: SelectQueryBuilder<DB, TB, Row>,
  { pageSize, pageToken }: PageRequest,
): Promise<Page<Row>> {
  const size = Math.min(pageSize || DEFAULT_SIZE, MOST);
  const after = pageToken ? parseToken(pageToken) : undefined;
  const rest = after
    ? query.where(sql<boolean>`(${MICROSECONDS}::bigint, id) < (${after.time}::bigint, ${after.id}::uuid)`)
    : query;
  const found = await rest
    .select(MICROSECONDS.as('microseconds'))
    .orderBy(sql`created_at`, 'desc')
    .orderBy(sql`id`, 'desc')
    .limit(size + 1)
    .execute();
  const rows = found.slice(0, size) as unknown as readonly (Row & { readonly microseconds: string })[];
  const last = rows.at(-1);
  return {
    rows: rows.map(({ microseconds: _microseconds, ...row }) => row as unknown as Row),
    nextPageToken: found.length > size && last ? `${last.microseconds}.${last.id}` : '',
  };
}

function parseToken(token: string): { readonly time: string; readonly id: string } {
  const [, time, id] = TOKEN.exec(token) ?? [];
  if (time === undefined || id === undefined) throw new SoftpostError('BAD_OPTION', 'the page token is none of ours');
  return { time, id };
}
