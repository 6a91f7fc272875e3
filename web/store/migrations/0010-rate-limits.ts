/** Rates are counted in PostgreSQL, for all instances together. SQLite has one instance, which counts itself. */
import { type Kysely, type Migration, PostgresAdapter, sql } from "kysely";

export const rateLimits: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const isPostgres = db.getExecutor().adapter instanceof PostgresAdapter;
    const table = db.schema
      .createTable("rateLimit")
      .addColumn("key", "text", (column) => column.primaryKey())
      .addColumn("fullAt", "bigint", (column) => column.notNull());
    // Nothing is lost when a crash of the server empties it, and no attempt waits for the disk.
    await (isPostgres ? table.modifyFront(sql`unlogged`) : table).execute();
  },
};
