import { type Expression, type RawBuilder, type SelectQueryBuilder, sql } from "kysely";
import { z } from "zod";
import { AppError } from "../errors.ts";

/**
 * Keyset paging, the one way in which list endpoints page. A page ends at a row; the next begins after that row's sort
 * value and id, so rows that come and go in between are neither shown twice nor left out, and page 1,000 costs what
 * page 1 does.
 *
 * ```ts
 * // packages/api: query: listQuery({ state: State.optional() }, ["name", "createdAt"]), response: pageOf(Network)
 * listNetworks: async ({ query }) => {
 *   const rows = db.selectFrom("network").select(["id", "name", "created_at"])
 *     .$if(query.state !== undefined, (q) => q.where("state", "=", query.state ?? ""));
 *   const page = await pageQuery(rows, query, {
 *     sorts: { name: textKey("network.name"), createdAt: timeKey("network.created_at") },
 *     standard: "name",
 *     id: uuidKey("network.id"),
 *     search: textKey("network.name"),
 *   });
 *   return mapPage(page, networkView);
 * }
 * ```
 *
 * `sorts` must have every name that the route's `listQuery` offers; a sort key must never be null. The query must have
 * no `order by`, `limit` or `group by` of its own: aggregates go into subselects.
 */
export async function pageQuery<DB, TB extends keyof DB, O>(
  query: SelectQueryBuilder<DB, TB, O>,
  list: ListInput,
  options: ListOptions,
): Promise<Page<O>> {
  const sort = list.sort ?? options.standard;
  const isDescending = sort.startsWith("-");
  const key = options.sorts[isDescending ? sort.slice(1) : sort];
  if (key === undefined) throw new Error(`the list has no sort ${sort}`);
  const { id } = options;
  const direction = isDescending ? "desc" : "asc";

  const conditions: RawBuilder<boolean>[] = [];
  if (list.cursor !== undefined) {
    const from = readCursor(list.cursor, sort, key, id);
    const after = isDescending ? sql`<` : sql`>`;
    // Compared as a row, so that an index over (sort, id) carries it.
    conditions.push(sql<boolean>`(${key.by}, ${id.by}) ${after} (${typed(key, from.value)}, ${typed(id, from.id)})`);
  }
  if (list.search !== undefined && options.search !== undefined) {
    conditions.push(sql<boolean>`${options.search.by} ilike ${`%${list.search.replace(/[\\%_]/g, "\\$&")}%`}`);
  }

  const filtered = conditions.reduce((rest, condition) => rest.where(condition), query);
  const rows = (await filtered
    .select([textOf(key).as("page_key"), textOf(id).as("page_id")])
    .orderBy(key.by, direction)
    .orderBy(id.by, direction)
    // One more than asked for tells whether there is another page.
    .limit(list.limit + 1)
    .execute()) as (O & { page_key: string; page_id: string })[];

  const shown = rows.slice(0, list.limit);
  const last = shown.at(-1);
  const items = shown.map(({ page_key: _key, page_id: _id, ...row }) => row as O);
  if (rows.length <= list.limit || last === undefined) return { items };
  return { items, next: writeCursor(sort, last.page_key, last.page_id) };
}

/** What the route's `listQuery` parsed; its filters are the caller's. */
export interface ListInput {
  readonly sort?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly search?: string | undefined;
}

export interface ListOptions {
  readonly sorts: Readonly<Record<string, SortKey>>;
  /** The order when none was asked for, such as `name` or `-createdAt`. */
  readonly standard: string;
  /** Breaks ties; unique. */
  readonly id: SortKey;
  /** What `search` looks in. */
  readonly search?: SortKey;
}

export interface Page<T> {
  readonly items: T[];
  readonly next?: string;
}

/** A page as a handler returns it, its rows turned into what the contract shows. */
export function mapPage<T, U>(page: Page<T>, view: (row: T) => U): { items: U[]; next?: string } {
  const items = page.items.map(view);
  return page.next === undefined ? { items } : { items, next: page.next };
}

interface SortKey {
  readonly by: Expression<unknown>;
  readonly type: "text" | "time" | "integer" | "uuid";
}

type Source = string | Expression<unknown>;
export const textKey = (source: Source): SortKey => ({ by: expression(source), type: "text" });
export const timeKey = (source: Source): SortKey => ({ by: expression(source), type: "time" });
export const integerKey = (source: Source): SortKey => ({ by: expression(source), type: "integer" });
export const uuidKey = (source: Source): SortKey => ({ by: expression(source), type: "uuid" });

function expression(source: Source): Expression<unknown> {
  return typeof source === "string" ? sql.ref(source) : source;
}

/** Times keep their microseconds, which a JavaScript Date would lose, and rows with them. */
function textOf({ by, type }: SortKey): RawBuilder<string> {
  if (type !== "time") return sql<string>`(${by})::text`;
  return sql<string>`to_char((${by}) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}

function typed({ type }: SortKey, value: string): RawBuilder<unknown> {
  switch (type) {
    case "text":
      return sql`${value}::text`;
    case "time":
      return sql`${value}::timestamptz`;
    case "integer":
      return sql`${value}::bigint`;
    case "uuid":
      return sql`${value}::uuid`;
  }
}

const Cursor = z.tuple([z.string(), z.string(), z.string()]);

function writeCursor(sort: string, value: string, id: string): string {
  return Buffer.from(JSON.stringify([sort, value, id])).toString("base64url");
}

/** A cursor comes from outside: what it holds must fit the types, or the database would refuse it as our mistake. */
function readCursor(cursor: string, sort: string, key: SortKey, id: SortKey): { value: string; id: string } {
  const read = Cursor.safeParse(parse(Buffer.from(cursor, "base64url").toString("utf8")));
  if (!read.success) throw badCursor("is not one that a list gave");
  const [cursorSort, value, cursorId] = read.data;
  if (cursorSort !== sort) throw badCursor("belongs to a list in another order");
  if (!fits(key, value) || !fits(id, cursorId)) throw badCursor("is not one that a list gave");
  return { value, id: cursorId };
}

function fits({ type }: SortKey, value: string): boolean {
  switch (type) {
    case "text":
      return !value.includes("\0");
    case "time":
      return isTime(value);
    case "integer":
      return /^-?\d{1,18}$/.test(value);
    case "uuid":
      return z.guid().safeParse(value).success;
  }
}

function isTime(value: string): boolean {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(value)) return false;
  const time = new Date(`${value.slice(0, 19)}Z`);
  // The 30th of February parses as the 2nd of March.
  return !Number.isNaN(time.getTime()) && time.toISOString().slice(0, 19) === value.slice(0, 19);
}

function badCursor(message: string): AppError {
  return new AppError("invalid_request", `The cursor ${message}.`, { fields: [{ field: "cursor", message }] });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
