/** Sign-ins that have begun. A migration that was released is never changed. */
import type { Kysely, Migration } from "kysely";

export const signInAttempts: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable("signInAttempt")
      .addColumn("tokenHash", "text", (column) => column.primaryKey())
      .addColumn("kind", "text", (column) => column.notNull())
      .addColumn("expiresAt", "bigint", (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex("signInAttempt_by_expiresAt")
      .on("signInAttempt")
      .column("expiresAt")
      .execute();
  },
};
