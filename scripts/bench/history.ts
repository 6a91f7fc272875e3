import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HistoryQuery } from "../../web/api.ts";
import type { OpenRequest } from "../../web/domain/entities.ts";
import type { Database } from "../../web/store/database.ts";
import { connectPostgres } from "../../web/store/postgres.ts";
import { storeOn } from "../../web/store/sql-store.ts";
import { connectSqlite } from "../../web/store/sqlite.ts";
import type { Store } from "../../web/store/store.ts";
import { quantile } from "./statistics.ts";

/** A page of the history, and how long it took with few records and with many. */
export interface HistoryFigure {
  readonly page: string;
  /** p50, ms */
  readonly few: number;
  readonly many: number;
}

const few = 1_000;
const many = 1_000_000;
const rounds = 60;
const minuteMs = 60_000;
const states = ["opened", "opened", "opened", "refused", "unanswered"] as const;

/**
 * Pages of the history with a thousand records and with a million, in turns on the same database.
 * @param postgres the URL of an empty database; undefined: SQLite
 */
export async function measureHistory(
  postgres: string | undefined,
  onProgress: (text: string) => void,
): Promise<readonly HistoryFigure[]> {
  const directory = mkdtempSync(join(tmpdir(), "boom-box-bench-history-"));
  const database =
    postgres === undefined
      ? (await connectSqlite({ file: join(directory, "boom-box.db") })).database
      : await connectPostgres({ url: postgres });
  const store = await storeOn(database);
  try {
    await fill(database, 0, few, onProgress);
    const before = await measure(store, few);
    await fill(database, few, many, onProgress);
    if (postgres !== undefined) await analyze(database);
    onProgress("history: reading a million");
    const after = await measure(store, many);
    return [...before].map(([page, ms]) => ({ page, few: ms, many: after.get(page) ?? 0 }));
  } finally {
    await store.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** As PostgreSQL does by itself soon after such an import. */
async function analyze(database: Database): Promise<void> {
  const { sql } = await import("kysely");
  await database.whole((db) => sql`analyze open_request`.execute(db));
}

/** @returns the p50 of each kind of page, ms */
async function measure(store: Store, count: number): Promise<ReadonlyMap<string, number>> {
  const middle = timeOf(Math.floor(count / 2));
  const pages: Readonly<Record<string, HistoryQuery>> = {
    "the newest": {},
    "from the middle on": { to: middle },
    "of one gate": { gate: "gate-3" },
    "of one person": { person: "p7" },
    "only refused": { state: "refused" },
    "of one person, only refused": { person: "p7", state: "refused" },
  };
  const figures = new Map<string, number>();
  for (const [page, query] of Object.entries(pages)) {
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const start = performance.now();
      await store.history({ ...query, limit: 50 });
      times.push(performance.now() - start);
    }
    figures.set(page, quantile(times, 0.5));
  }
  return figures;
}

/** The records of an office with 20 gates and 10 people, a minute apart, so that every page is full. */
async function fill(
  database: Database,
  from: number,
  to: number,
  onProgress: (text: string) => void,
): Promise<void> {
  const portion = 1_000;
  for (let first = from; first < to; first += portion) {
    if (first % 50_000 === 0) onProgress(`history: ${first} of ${to} records`);
    const rows = Array.from({ length: Math.min(portion, to - first) }, (_, index) =>
      record(first + index),
    );
    await database.write((db) => db.insertInto("openRequest").values(rows).execute());
  }
}

function timeOf(number: number): number {
  return Date.UTC(2020, 0, 1) + number * minuteMs;
}

function record(number: number): OpenRequest {
  const at = timeOf(number);
  return {
    id: `r${number}`,
    gateId: `gate-${number % 20}`,
    personId: `p${Math.floor(number / 7) % 10}`,
    guestId: null,
    state: states[number % states.length] ?? "opened",
    reason: null,
    at,
    sentAt: at + 20,
    endedAt: at + 700,
    pulseMs: 500,
    address: "192.0.2.1",
    via: null,
  };
}
