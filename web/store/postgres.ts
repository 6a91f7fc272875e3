/** PostgreSQL, for several instances of the service. */
import {
  CamelCasePlugin,
  Kysely,
  PostgresDialect,
  type PostgresPool,
  type PostgresPoolClient,
  sql,
} from "kysely";
import pg from "pg";
import { Database, logging, type OnQuery } from "./database.ts";
import type { Schema } from "./schema.ts";
import { StoreError } from "./store.ts";

export interface PostgresOptions {
  /**
   * `postgres://user:password@host:port/database?sslmode=verify-full`, or
   * `?host=/folder/of/a/socket`
   */
  readonly url: string;
  /** how long to wait for a connection or a lock, in ms */
  readonly busyTimeoutMs?: number;
  readonly connections?: number;
  /** called with each query */
  readonly onQuery?: OnQuery;
}

/** Longer than any of our statements takes, in ms. It ends the wait for a server that hangs. */
const statementTimeoutMs = 30_000;

/** @throws StoreError when there is no server, or it may lose committed transactions or some characters */
export async function connectPostgres({
  url,
  busyTimeoutMs = 5000,
  connections = 10,
  onQuery,
}: PostgresOptions): Promise<Database> {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: "boom-box",
    max: connections,
    connectionTimeoutMillis: busyTimeoutMs,
    lock_timeout: busyTimeoutMs,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + 1000,
    idle_in_transaction_session_timeout: statementTimeoutMs,
    keepAlive: true,
    types: { getTypeParser },
  });
  // A broken connection is replaced at the next use, and its query rejects. Both pool and client also
  // emit an error event, and without a listener Node would exit.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => void client.on("error", () => undefined));
  const kysely = new Kysely<Schema>({
    dialect: new PostgresDialect({ pool: telling(pool) }),
    plugins: [new CamelCasePlugin()],
    ...logging(onQuery),
  });
  const database = new Database(kysely, { kindOf: kindOfPostgresError, busyTimeoutMs });
  try {
    await demandDurability(database);
    await demandUnicode(database);
  } catch (error) {
    await database.close();
    throw error;
  }
  return database;
}

/** Parses bigint columns as numbers instead of text. All times and counts are safe integers. */
const getTypeParser: typeof pg.types.getTypeParser = (
  oid: number,
  format?: "text" | "binary",
): ((value: string) => unknown) =>
  oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format);

/** Refuses a server that may lose a committed record in a power cut. */
async function demandDurability(database: Database): Promise<void> {
  const { rows } = await database.read((db) =>
    sql<{ name: string }>`select name from pg_settings
      where name in ('fsync', 'full_page_writes', 'synchronous_commit') and setting = 'off'`.execute(
      db,
    ),
  );
  if (rows.length === 0) return;
  const names = rows.map(({ name }) => name).join(", ");
  throw new StoreError(
    "unavailable",
    `the database may lose committed records: ${names} is off; turn it on in postgresql.conf`,
  );
}

/** Refuses a database that cannot store every name, before the first name fails. */
async function demandUnicode(database: Database): Promise<void> {
  const { rows } = await database.read((db) =>
    sql<{ encoding: string }>`select current_setting('server_encoding') as encoding`.execute(db),
  );
  const [{ encoding } = { encoding: "" }] = rows;
  if (encoding === "UTF8") return;
  throw new StoreError(
    "unavailable",
    `the database's encoding is ${encoding}, and names need UTF8; create it with ` +
      "create database … encoding 'UTF8' template template0",
  );
}

class NoConnection extends Error {}

/** Marks errors before a connection exists, because their types do not show it. */
function telling(pool: pg.Pool): PostgresPool {
  return {
    connect: async (): Promise<PostgresPoolClient> => {
      try {
        return await pool.connect();
      } catch (error) {
        throw new NoConnection(messageOf(error), { cause: error });
      }
    },
    end: () => pool.end(),
  };
}

/** Node tries several addresses, and throws one AggregateError without a message. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join("; ");
  return error instanceof Error ? error.message : String(error);
}

/** By SQLSTATE (PostgreSQL documentation, appendix A): first the code itself, then its class. */
const kinds: ReadonlyMap<string, StoreError["kind"]> = new Map([
  ["23", "conflict"],
  ["40", "busy"], // deadlock, serialization failure: rolled back, can be retried
  ["55P03", "busy"], // lock_timeout
  ["57014", "busy"], // statement_timeout
  ["53100", "full"],
  ["53", "unavailable"],
  ["08", "unavailable"],
  ["25006", "unavailable"], // a read-only standby
  ["25P03", "unavailable"], // idle_in_transaction_session_timeout
  ["28", "unavailable"],
  ["3D", "unavailable"],
  ["42501", "unavailable"],
  ["57", "unavailable"],
  ["58", "unavailable"],
  ["XX", "unavailable"],
]);

export function kindOfPostgresError(error: unknown): StoreError["kind"] | undefined {
  if (error instanceof NoConnection) return "unavailable";
  if (error instanceof pg.DatabaseError) {
    const code = error.code ?? "";
    return kinds.get(code) ?? kinds.get(code.slice(0, 2));
  }
  if (!(error instanceof Error)) return undefined;
  const isOfTheSystem = "syscall" in error;
  const isOfTheConnection = /^(Connection terminated|Client .* not queryable|Query read timeout)/;
  return isOfTheSystem || isOfTheConnection.test(error.message) ? "unavailable" : undefined;
}
