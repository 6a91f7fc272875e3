import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import pg from "pg";
import type { ChangeFeed, ChangeListener } from "./changes.ts";
import type { Database } from "./database.ts";

const channel = "boom_box";
const firstPauseMs = 250;
const longestPauseMs = 10_000;

/**
 * Changes by NOTIFY, on a connection of its own that is made again whenever it is lost. Every instance gets
 * what it has published itself too, and ignores it.
 */
export class PostgresChanges implements ChangeFeed {
  readonly #url: string;
  readonly #database: Database;
  readonly #sender = randomUUID();
  #client: pg.Client | undefined;
  #failures = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #listener: ChangeListener | undefined;
  #isClosed = false;

  /** @param database for what is published */
  constructor(url: string, database: Database) {
    this.#url = url;
    this.#database = database;
  }

  publish(change: string): void {
    const text = `${this.#sender} ${change}`;
    this.#database
      .read((db) => sql`select pg_notify(${channel}, ${text})`.execute(db))
      // The others read everything again from time to time.
      .catch(() => undefined);
  }

  listen(listener: ChangeListener): void {
    this.#listener = listener;
    void this.#connect();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    await this.#client?.end().catch(() => undefined);
  }

  /** Never rejects. */
  async #connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#url,
      application_name: "boom-box changes",
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
    });
    this.#client = client;
    client.on("error", () => undefined);
    client.on("end", () => this.#connectLater(client));
    client.on("notification", ({ payload }) => this.#take(payload ?? ""));
    try {
      await client.connect();
      await client.query(`listen ${channel}`);
      this.#failures = 0;
      this.#listener?.onListening();
    } catch {
      this.#connectLater(client);
      await client.end().catch(() => undefined);
    }
  }

  #connectLater(client: pg.Client): void {
    if (this.#isClosed || this.#client !== client) return;
    this.#client = undefined;
    this.#failures += 1;
    const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** (this.#failures - 1));
    this.#retry = setTimeout(() => void this.#connect(), pauseMs * (0.5 + Math.random() / 2));
    this.#retry.unref();
  }

  #take(payload: string): void {
    const space = payload.indexOf(" ");
    const sender = payload.slice(0, space);
    if (sender !== this.#sender) this.#listener?.onChange(payload.slice(space + 1));
  }
}
