/**
 * The database below the queries. It retries while the database is busy, and throws one kind of
 * error.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { Kysely, KyselyConfig, Transaction } from "kysely";
import type { Schema } from "./schema.ts";
import { StoreError } from "./store.ts";

/** The meaning of a driver's error; undefined: it is a bug of ours. */
export type KindOf = (error: unknown) => StoreError["kind"] | undefined;

/** Called with the text of each query that was sent, also of one that failed. */
export type OnQuery = (text: string) => void;

export function logging(onQuery: OnQuery | undefined): Pick<KyselyConfig, "log"> {
  return onQuery === undefined ? {} : { log: ({ query }) => onQuery(query.sql) };
}

export interface DatabaseOptions {
  readonly kindOf: KindOf;
  /** how long to retry while the database is busy, in ms */
  readonly busyTimeoutMs: number;
}

/** The average pause between two attempts while the database is busy, in ms. */
const busyPauseMs = 20;

export class Database {
  readonly #kysely: Kysely<Schema>;
  readonly #options: DatabaseOptions;
  readonly #underWay = new Set<Promise<unknown>>();
  #closed: Promise<void> | undefined;

  constructor(kysely: Kysely<Schema>, options: DatabaseOptions) {
    this.#kysely = kysely;
    this.#options = options;
  }

  /** Runs a query that changes nothing. @throws StoreError */
  read<T>(query: (db: Kysely<Schema>) => Promise<T>): Promise<T> {
    return this.#patiently(() => query(this.#kysely));
  }

  /**
   * Runs one transaction. It is on the disk when the promise resolves, or has no effect.
   * @throws StoreError
   */
  write<T>(work: (transaction: Transaction<Schema>) => Promise<T>): Promise<T> {
    return this.#patiently(() => this.#kysely.transaction().execute(work));
  }

  /**
   * Runs work with its own transactions, such as migrations. It starts again when the database was
   * busy.
   * @throws StoreError
   */
  whole<T>(work: (db: Kysely<Schema>) => Promise<T>): Promise<T> {
    return this.#patiently(() => work(this.#kysely));
  }

  /**
   * Waits for work in progress. Later work fails with `unavailable`, because libsql ends the process when
   * it is used after its end.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#underWay);
    await this.#kysely.destroy();
  }

  #patiently<T>(attempt: () => Promise<T>): Promise<T> {
    if (this.#closed !== undefined) {
      return Promise.reject(new StoreError("unavailable", "the database has been closed"));
    }
    const work = whileBusy(attempt, this.#options).finally(() => this.#underWay.delete(work));
    this.#underWay.add(work);
    return work;
  }
}

/** Retries while the database is busy, until the time is over. @throws StoreError */
export async function whileBusy<T>(
  attempt: () => T | Promise<T>,
  { kindOf, busyTimeoutMs }: DatabaseOptions,
): Promise<T> {
  const giveUpAt = performance.now() + busyTimeoutMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const kind = kindOf(error);
      if (kind === undefined) throw error;
      if (kind !== "busy" || performance.now() >= giveUpAt) {
        throw new StoreError(
          kind,
          `${says[kind]}: ${error instanceof Error ? error.message : error}`,
          { cause: error },
        );
      }
    }
    await pause(busyPauseMs * (0.5 + Math.random()));
  }
}

const says: Readonly<Record<StoreError["kind"], string>> = {
  conflict: "the database contains an entry that conflicts with this",
  busy: "another program has locked the database",
  full: "the database's disk is full",
  unavailable: "the database cannot be used",
};
