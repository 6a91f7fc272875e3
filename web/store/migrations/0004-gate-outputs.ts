/**
 * A box may work several gates. What was unique to a box is unique to one of its gates, and an event knows
 * at which gate it happened.
 */
import { type Kysely, type Migration, sql } from "kysely";

export const gateOutputs: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await replaceGates(db);
    await db.schema.alterTable("foreignEvent").addColumn("output", "text").execute();
    await db.schema.dropIndex("foreign_event_once").execute();
    await sql`create unique index foreign_event_once on foreign_event
      (thing_name, at, outcome, coalesce(output, ''), coalesce(command_id, ''), coalesce(reason, ''))`.execute(
      db,
    );
  },
};

/**
 * SQLite cannot drop the old constraint on `thingName`, so the table is replaced, and before it the one
 * that refers to it.
 */
async function replaceGates(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("newGate")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("thingName", "text", (column) => column.notNull())
    .addColumn("output", "text")
    .addColumn("timeZone", "text", (column) => column.notNull())
    .addColumn("isActive", "integer", (column) => column.notNull())
    .execute();
  await sql`insert into new_gate (id, name, thing_name, time_zone, is_active)
    select id, name, thing_name, time_zone, is_active from gate`.execute(db);
  await db.schema
    .createTable("newAccessGrant")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("personId", "text", (column) => column.notNull().references("person.id"))
    .addColumn("gateId", "text", (column) => column.notNull().references("newGate.id"))
    .addColumn("days", "text", (column) => column.notNull())
    .addColumn("fromMinute", "integer", (column) => column.notNull())
    .addColumn("toMinute", "integer", (column) => column.notNull())
    .addColumn("endsAt", "bigint")
    .execute();
  const grant = sql.raw("id, person_id, gate_id, days, from_minute, to_minute, ends_at");
  await sql`insert into new_access_grant (${grant}) select ${grant} from access_grant`.execute(db);
  await db.schema.dropTable("accessGrant").execute();
  await db.schema.dropTable("gate").execute();
  // The reference of the grants follows the new name.
  await db.schema.alterTable("newGate").renameTo("gate").execute();
  await db.schema.alterTable("newAccessGrant").renameTo("accessGrant").execute();
  for (const columns of [["personId", "gateId"], ["gateId"]]) {
    await db.schema
      .createIndex(["accessGrant", "by", ...columns].join("_"))
      .on("accessGrant")
      .columns(columns)
      .execute();
  }
  // coalesce, because a unique index treats nulls as different.
  await sql`create unique index gate_once on gate (thing_name, coalesce(output, ''))`.execute(db);
}
