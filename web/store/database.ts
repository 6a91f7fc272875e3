/** One database behind the queries, whichever it is: patience while it is busy, one kind of error. */
import { setTimeout as pause } from "node:timers/promises";
import type { Kysely, Transaction } from "kysely";
import type { Schema } from "./schema.ts";
import { StoreError } from "./store.ts";

/** What a driver's error means; undefined: it is none of the database's troubles but a mistake of ours. */
export type KindOf = (error: unknown) => StoreError["kind"] | undefined;

export interface DatabaseOptions {
  readonly kindOf: KindOf;
  /** how long to go on while the database is busy, in ms */
  readonly busyTimeoutMs: number;
}

/** Between two tries while the database is busy, in ms. */
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

  /** One query that changes nothing. @throws StoreError */
  read<T>(query: (db: Kysely<Schema>) => Promise<T>): Promise<T> {
    return this.#patiently(() => query(this.#kysely));
  }

  /** One transaction: all of it is on the disk when the promise resolves, or nothing ever. @throws StoreError */
  write<T>(work: (transaction: Transaction<Schema>) => Promise<T>): Promise<T> {
    return this.#patiently(() => this.#kysely.transaction().execute(work));
  }

  /** What makes its own transactions, such as migrations; it is begun again where it was busy. @throws StoreError */
  whole<T>(work: (db: Kysely<Schema>) => Promise<T>): Promise<T> {
    return this.#patiently(() => work(this.#kysely));
  }

  /**
   * Waits for what is under way; whatever comes later is `unavailable`. libsql ends the whole process
   * when it is asked for something after its end.
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

/** Again and again while the database is busy, until the time is over. @throws StoreError */
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
  conflict: "the database holds something that contradicts this",
  busy: "the database is held by another program",
  full: "the database's disk is full",
  unavailable: "the database cannot be used",
};
