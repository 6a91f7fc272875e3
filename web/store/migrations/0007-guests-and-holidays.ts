/**
 * Guests open one gate with a link. Grants may begin later, and may be closed on holidays; those that exist
 * stay open on every day, so that nobody is locked out by surprise.
 */
import type { Kysely, Migration } from "kysely";

export const guestsAndHolidays: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await guests(db);
    await db.schema.alterTable("accessGrant").addColumn("startsAt", "bigint").execute();
    await db.schema
      .alterTable("accessGrant")
      .addColumn("onHolidays", "integer", (column) => column.notNull().defaultTo(1))
      .execute();
    await holidays(db);
  },
};

async function guests(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("guest")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("tokenHash", "text", (column) => column.notNull().unique())
    .addColumn("gateId", "text", (column) => column.notNull().references("gate.id"))
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("note", "text", (column) => column.notNull())
    .addColumn("inviterId", "text", (column) => column.notNull().references("person.id"))
    .addColumn("startsAt", "bigint", (column) => column.notNull())
    .addColumn("endsAt", "bigint", (column) => column.notNull())
    .addColumn("openings", "integer", (column) => column.notNull())
    .addColumn("used", "integer", (column) => column.notNull())
    .addColumn("revokedAt", "bigint")
    .addColumn("createdAt", "bigint", (column) => column.notNull())
    .execute();
  await db.schema.createIndex("guest_by_endsAt_id").on("guest").columns(["endsAt", "id"]).execute();
  await db.schema
    .createIndex("guest_by_gateId_endsAt_id")
    .on("guest")
    .columns(["gateId", "endsAt", "id"])
    .execute();
  await db.schema
    .createTable("guestSession")
    .addColumn("tokenHash", "text", (column) => column.primaryKey())
    .addColumn("guestId", "text", (column) => column.notNull().references("guest.id"))
    .addColumn("csrfToken", "text", (column) => column.notNull())
    .addColumn("createdAt", "bigint", (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex("guestSession_by_guestId")
    .on("guestSession")
    .columns(["guestId", "createdAt"])
    .execute();
  // Like the other records without a foreign key.
  await db.schema.alterTable("openRequest").addColumn("guestId", "text").execute();
  await db.schema
    .createIndex("openRequest_by_guestId")
    .on("openRequest")
    .columns(["guestId", "at"])
    .execute();
}

async function holidays(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("holidayList")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("gateId", "text", (column) => column.references("gate.id"))
    .addColumn("createdAt", "bigint", (column) => column.notNull())
    .execute();
  await db.schema
    .createTable("holiday")
    .addColumn("listId", "text", (column) => column.notNull().references("holidayList.id"))
    .addColumn("date", "text", (column) => column.notNull())
    .addColumn("name", "text", (column) => column.notNull())
    .addPrimaryKeyConstraint("holiday_key", ["listId", "date"])
    .execute();
  await db.schema.createIndex("holiday_by_date").on("holiday").columns(["date"]).execute();
}
