/** Pages of long lists, as the stores read them. A page tells where it ended, so that the next one begins there. */
import { type RawBuilder, type SelectQueryBuilder, type SqlBool, sql } from "kysely";
import { searchPatterns } from "../domain/search-text.ts";
import { parsePosition } from "./history-position.ts";
import { formatListPosition, parseListPosition } from "./list-position.ts";
import type { Schema } from "./schema.ts";

export interface Page<T> {
  readonly entries: readonly T[];
  /** where the next page begins; null: this is the last one */
  readonly next: string | null;
}

/** @param rows up to one more than the page holds, because that one tells that there is another page */
export function pageOf<T>(
  rows: readonly T[],
  limit: number,
  positionOf: (last: T) => string,
): Page<T> {
  const last = rows[limit - 1];
  const isMore = rows.length > limit && last !== undefined;
  return { entries: rows.slice(0, limit), next: isMore ? positionOf(last) : null };
}

/**
 * What comes after a page of a list with the newest first.
 * @param at the column with the time, such as `guest.endsAt`
 * @throws RangeError when `after` is not a position
 */
export function isOlder(after: string, at: string, id: string): RawBuilder<SqlBool> {
  const position = parsePosition(after);
  if (position === undefined) throw new RangeError("`after` is not a position");
  return sql<SqlBool>`(${sql.ref(at)}, ${sql.ref(id)}) < (${position.at}, ${position.id})`;
}

export interface Order {
  /** never null */
  readonly key: RawBuilder<string | number>;
  readonly keyType: "string" | "number";
  readonly direction: "asc" | "desc";
}

interface SortedQuery {
  readonly search?: string | undefined;
  readonly after?: string | undefined;
  readonly limit: number;
}

interface SortedRow {
  readonly id: string;
  readonly key: string | number;
}

/**
 * One page of the people or the gates that contain all words of a search.
 * @param all those that have not been deleted
 * @param sort the name of the order: a position belongs to one
 * @param select adds the columns
 * @throws RangeError when `after` is not a position in this order
 */
export async function sortedPage<T extends "person" | "gate", R extends SortedRow>(
  all: SelectQueryBuilder<Schema, T, object>,
  table: T,
  sort: string,
  { key, keyType, direction }: Order,
  { search = "", after, limit }: SortedQuery,
  select: (
    rows: SelectQueryBuilder<Schema, T, { key: string | number }>,
  ) => SelectQueryBuilder<Schema, T, R>,
): Promise<Page<R> & { readonly total: number }> {
  let found = all;
  for (const pattern of searchPatterns(search)) {
    const text = sql.ref(`${table}.searchText`);
    found = found.where(sql<SqlBool>`${text} like ${pattern} escape '!'`);
  }
  const total = await countOf(found);
  const id = sql.ref(`${table}.id`);
  if (after !== undefined) {
    const position = parseListPosition(after, sort, keyType);
    if (position === undefined) throw new RangeError("`after` is not a position in the list");
    const isAfter = direction === "asc" ? sql`>` : sql`<`;
    found = found.where(sql<SqlBool>`(${key}, ${id}) ${isAfter} (${position.key}, ${position.id})`);
  }
  const rows = await select(found.select(key.as("key")))
    .orderBy(key, direction)
    .orderBy(id, direction)
    .limit(limit + 1)
    .execute();
  return { ...pageOf(rows, limit, (last) => formatListPosition(sort, last)), total };
}

/** How many rows a query finds. */
export async function countOf<T extends keyof Schema>(
  rows: SelectQueryBuilder<Schema, T, object>,
): Promise<number> {
  const { count } = await rows
    .select(sql<number | bigint | string>`count(*)`.as("count"))
    .executeTakeFirstOrThrow();
  return Number(count);
}
