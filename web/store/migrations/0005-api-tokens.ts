/** Programs open gates with tokens of their own, and a record says which one was used. */
import type { Kysely, Migration } from "kysely";

export const apiTokens: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable("apiToken")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("tokenHash", "text", (column) => column.notNull().unique())
      .addColumn("personId", "text", (column) => column.notNull().references("person.id"))
      .addColumn("gateId", "text", (column) => column.notNull().references("gate.id"))
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("days", "text", (column) => column.notNull())
      .addColumn("fromMinute", "integer", (column) => column.notNull())
      .addColumn("toMinute", "integer", (column) => column.notNull())
      .addColumn("endsAt", "bigint")
      .addColumn("perMinute", "integer", (column) => column.notNull())
      .addColumn("createdAt", "bigint", (column) => column.notNull())
      .addColumn("lastUsedAt", "bigint")
      .execute();
    await db.schema
      .createIndex("api_token_by_person")
      .on("apiToken")
      .columns(["personId"])
      .execute();
    await db.schema.alterTable("openRequest").addColumn("via", "text").execute();
  },
};
