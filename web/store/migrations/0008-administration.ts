/**
 * Passkeys have names, and sessions know the passkey that began them. People and gates can be deleted: their
 * rows stay, because old records refer to them. Changes by administrators are recorded.
 */
import { type Kysely, type Migration, sql } from "kysely";
import { gateSearchText } from "../../domain/search-text.ts";

export const administration: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .alterTable("passkey")
      .addColumn("name", "text", (column) => column.notNull().defaultTo(""))
      .execute();
    await db.schema.alterTable("session").addColumn("credentialId", "text").execute();
    await db.schema.alterTable("person").addColumn("deletedAt", "bigint").execute();
    await db.schema
      .createIndex("person_by_searchText_id")
      .on("person")
      .columns(["searchText", "id"])
      .execute();
    await gates(db);
    await changes(db);
  },
};

async function gates(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("gate").addColumn("deletedAt", "bigint").execute();
  await db.schema
    .alterTable("gate")
    .addColumn("searchText", "text", (column) => column.notNull().defaultTo(""))
    .execute();
  const { rows } = await sql<{
    id: string;
    name: string;
    thing: string;
    output: string | null;
    zone: string;
  }>`select id, name, thing_name as thing, output, time_zone as zone from gate`.execute(db);
  for (const { id, thing: thingName, zone: timeZone, ...gate } of rows) {
    const text = gateSearchText({ id, ...gate, thingName, timeZone });
    await sql`update gate set search_text = ${text} where id = ${id}`.execute(db);
  }
  // Another gate may take the place of a deleted one.
  await db.schema.dropIndex("gate_once").execute();
  await sql`create unique index gate_once on gate (thing_name, coalesce(output, ''))
    where deleted_at is null`.execute(db);
}

/** Without foreign keys, like the other records. */
async function changes(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("change")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("at", "bigint", (column) => column.notNull())
    .addColumn("by", "text", (column) => column.notNull())
    .addColumn("authorId", "text")
    .addColumn("subject", "text", (column) => column.notNull())
    .addColumn("subjectId", "text", (column) => column.notNull())
    .addColumn("action", "text", (column) => column.notNull())
    .addColumn("personId", "text")
    .addColumn("gateId", "text")
    .addColumn("fields", "text", (column) => column.notNull())
    .execute();
  for (const columns of [["at"], ["authorId", "at"], ["personId", "at"], ["gateId", "at"]]) {
    await db.schema
      .createIndex(["change", "by", ...columns, "id"].join("_"))
      .on("change")
      .columns([...columns, "id"])
      .execute();
  }
}
