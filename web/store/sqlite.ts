/** The embedded database: one SQLite file, used through libsql. */
import { closeSync, fchmodSync, mkdirSync, openSync } from "node:fs";
import { dirname, resolve } from "node:path";
import {
  CamelCasePlugin,
  Kysely,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
} from "kysely";
import Libsql from "libsql";
import { Database, logging, type OnQuery, whileBusy } from "./database.ts";
import type { Schema } from "./schema.ts";
import { StoreError } from "./store.ts";

export interface SqliteOptions {
  /** created with mode 0600 if it does not exist, and its folder with 0700 */
  readonly file: string;
  /** how long to wait while another program has locked the file, in ms */
  readonly busyTimeoutMs?: number;
  /** called with each query */
  readonly onQuery?: OnQuery;
}

/**
 * How long SQLite itself waits for a lock, in ms. It blocks the whole process meanwhile, so the longer
 * wait is done outside of it.
 */
const nativeBusyTimeoutMs = 10;

export interface SqliteConnection {
  readonly database: Database;
  /** the underlying connection, for features of SQLite */
  readonly libsql: Libsql.Database;
}

/** @throws StoreError when the file cannot be opened, or is not a database */
export async function connectSqlite({
  file: path,
  busyTimeoutMs = 5000,
  onQuery,
}: SqliteOptions): Promise<SqliteConnection> {
  // An absolute path, because libsql would take some names for the URL of a server.
  const file = resolve(path);
  const options = { kindOf: kindOfSqliteError, busyTimeoutMs };
  // SQLite creates the -wal and -shm files with the mode of the file.
  makePrivate(file);
  const libsql = await whileBusy(() => open(file), options);
  const kysely = new Kysely<Schema>({
    dialect: new ImmediateSqliteDialect(libsql),
    plugins: [new CamelCasePlugin()],
    ...logging(onQuery),
  });
  return { database: new Database(kysely, options), libsql };
}

function makePrivate(file: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const descriptor = openSync(file, "a", 0o600);
    try {
      fchmodSync(descriptor, 0o600);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new StoreError("unavailable", `the database cannot be used: ${detail}`, { cause: error });
  }
}

function open(file: string): Libsql.Database {
  const libsql = new Libsql(file, { timeout: nativeBusyTimeoutMs });
  try {
    libsql.pragma(`busy_timeout = ${nativeBusyTimeoutMs}`);
    libsql.pragma("journal_mode = WAL");
    // In WAL mode, only FULL syncs each commit. NORMAL may lose the last commits in a power cut.
    libsql.pragma("synchronous = FULL");
    libsql.pragma("foreign_keys = ON");
    return libsql;
  } catch (error) {
    libsql.close();
    throw error;
  }
}

export function kindOfSqliteError(error: unknown): StoreError["kind"] | undefined {
  if (!(error instanceof Libsql.SqliteError)) return undefined;
  const [, name = ""] = /^SQLITE_([A-Z]+)/.exec(error.code) ?? [];
  return kinds.get(name);
}

const kinds: ReadonlyMap<string, StoreError["kind"]> = new Map([
  ["CONSTRAINT", "conflict"],
  ["BUSY", "busy"],
  ["LOCKED", "busy"],
  ["FULL", "full"],
  ["IOERR", "unavailable"],
  ["CANTOPEN", "unavailable"],
  ["CORRUPT", "unavailable"],
  ["NOTADB", "unavailable"],
  ["READONLY", "unavailable"],
  ["PERM", "unavailable"],
  ["AUTH", "unavailable"],
  ["NOMEM", "unavailable"],
  ["PROTOCOL", "busy"],
]);

class ImmediateSqliteDialect extends SqliteDialect {
  readonly #libsql: Libsql.Database;

  constructor(libsql: Libsql.Database) {
    super({ database: guarded(libsql) });
    this.#libsql = libsql;
  }

  override createDriver(): ImmediateSqliteDriver {
    return new ImmediateSqliteDriver(this.#libsql);
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalSqliteAdapter();
  }
}

/** SQLite supports DDL in transactions, so migrations are applied completely or not at all. */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class ImmediateSqliteDriver extends SqliteDriver {
  readonly #libsql: Libsql.Database;

  constructor(libsql: Libsql.Database) {
    super({ database: guarded(libsql) });
    this.#libsql = libsql;
  }

  /**
   * Takes the write lock at once, because a transaction that reads first could not wait for it later. It
   * uses `exec`, because a prepared statement that found the database busy stays in progress in libsql
   * until it is garbage collected, and the connection cannot commit meanwhile.
   */
  override async beginTransaction(): Promise<void> {
    this.#libsql.exec("begin immediate");
  }

  override async commitTransaction(): Promise<void> {
    this.#libsql.exec("commit");
  }

  /** After some errors, SQLite has already rolled back. */
  override async rollbackTransaction(): Promise<void> {
    if (this.#libsql.inTransaction) this.#libsql.exec("rollback");
  }
}

/**
 * Passes on only values that both databases keep. libsql ends the process when it gets a boolean, and
 * returns text only up to its first NUL. PostgreSQL accepts neither.
 */
function guarded(libsql: Libsql.Database): SqliteDatabase {
  return {
    close: () => libsql.close(),
    prepare(text) {
      const statement = libsql.prepare<unknown[]>(text);
      return {
        reader: statement.reader,
        all: (parameters) => statement.all(checked(parameters)),
        run: (parameters) => inTransaction(libsql, () => statement.run(checked(parameters))),
        iterate: () => {
          throw new Error("streaming queries are not supported");
        },
      };
    },
  };
}

/** Runs a single statement in a transaction, for the same reason as in `beginTransaction`. */
function inTransaction<T>(libsql: Libsql.Database, run: () => T): T {
  if (libsql.inTransaction) return run();
  libsql.exec("begin immediate");
  try {
    const result = run();
    libsql.exec("commit");
    return result;
  } catch (error) {
    if (libsql.inTransaction) libsql.exec("rollback");
    throw error;
  }
}

function checked(parameters: readonly unknown[]): unknown[] {
  return parameters.map((value) => {
    const isFine =
      value === null ||
      (typeof value === "number" && Number.isFinite(value)) ||
      (typeof value === "string" && !value.includes("\0"));
    if (!isFine)
      throw new TypeError("the database accepts only finite numbers, text without NUL, and null");
    return value;
  });
}
