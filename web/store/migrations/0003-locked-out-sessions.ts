/** A session that a lock-out has ended is kept, so that its browser can be told why it ended. */
import type { Kysely, Migration } from "kysely";

export const lockedOutSessions: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .alterTable("session")
      .addColumn("isLockedOut", "integer", (column) => column.notNull().defaultTo(0))
      .execute();
  },
};
