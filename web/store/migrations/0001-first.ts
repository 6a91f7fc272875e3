/** People, gates, grants and the records. Never change a migration after its release. */
import { type Kysely, type Migration, sql } from "kysely";

export const first: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await peopleAndSignIn(db);
    await gatesAndGrants(db);
    await records(db);
    await db.schema
      .createTable("writeCheck")
      .addColumn("id", "integer", (column) => column.primaryKey())
      .addColumn("checks", "bigint", (column) => column.notNull())
      .execute();
    await sql`insert into write_check (id, checks) values (1, 0)`.execute(db);
  },
};

async function peopleAndSignIn(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("person")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("email", "text")
    .addColumn("isAdministrator", "integer", (column) => column.notNull())
    .addColumn("isActive", "integer", (column) => column.notNull())
    .addColumn("oidcSubject", "text", (column) => column.unique())
    .addColumn("createdAt", "bigint", (column) => column.notNull())
    .addColumn("lastSeenAt", "bigint")
    .execute();
  await db.schema
    .createTable("passkey")
    .addColumn("credentialId", "text", (column) => column.primaryKey())
    .addColumn("personId", "text", (column) => column.notNull().references("person.id"))
    .addColumn("publicKey", "text", (column) => column.notNull())
    .addColumn("counter", "bigint", (column) => column.notNull())
    .addColumn("transports", "text", (column) => column.notNull())
    .addColumn("createdAt", "bigint", (column) => column.notNull())
    .addColumn("lastUsedAt", "bigint")
    .execute();
  await db.schema
    .createTable("invitation")
    .addColumn("tokenHash", "text", (column) => column.primaryKey())
    .addColumn("personId", "text", (column) => column.notNull().unique().references("person.id"))
    .addColumn("expiresAt", "bigint", (column) => column.notNull())
    .addColumn("createdAt", "bigint", (column) => column.notNull())
    .execute();
  await db.schema
    .createTable("session")
    .addColumn("tokenHash", "text", (column) => column.primaryKey())
    .addColumn("personId", "text", (column) => column.notNull().references("person.id"))
    .addColumn("csrfToken", "text", (column) => column.notNull())
    .addColumn("createdAt", "bigint", (column) => column.notNull())
    .addColumn("expiresAt", "bigint", (column) => column.notNull())
    .execute();
  await db.schema
    .createTable("signInAttempt")
    .addColumn("tokenHash", "text", (column) => column.primaryKey())
    .addColumn("kind", "text", (column) => column.notNull())
    .addColumn("expiresAt", "bigint", (column) => column.notNull())
    .execute();
  await index(db, "signInAttempt", ["expiresAt"]);
  await index(db, "passkey", ["personId"]);
  await index(db, "session", ["personId"]);
  await index(db, "session", ["expiresAt"]);
}

async function gatesAndGrants(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("gate")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("thingName", "text", (column) => column.notNull().unique())
    .addColumn("timeZone", "text", (column) => column.notNull())
    .addColumn("isActive", "integer", (column) => column.notNull())
    .execute();
  await db.schema
    .createTable("accessGrant")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("personId", "text", (column) => column.notNull().references("person.id"))
    .addColumn("gateId", "text", (column) => column.notNull().references("gate.id"))
    .addColumn("days", "text", (column) => column.notNull())
    .addColumn("fromMinute", "integer", (column) => column.notNull())
    .addColumn("toMinute", "integer", (column) => column.notNull())
    .addColumn("endsAt", "bigint")
    .execute();
  await index(db, "accessGrant", ["personId", "gateId"]);
  await index(db, "accessGrant", ["gateId"]);
}

/** Without foreign keys, so that a request for an unknown gate can be recorded too. */
async function records(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("openRequest")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("gateId", "text", (column) => column.notNull())
    .addColumn("personId", "text")
    .addColumn("state", "text", (column) => column.notNull())
    .addColumn("reason", "text")
    .addColumn("at", "bigint", (column) => column.notNull())
    .addColumn("sentAt", "bigint")
    .addColumn("endedAt", "bigint")
    .addColumn("pulseMs", "bigint")
    .addColumn("address", "text")
    .execute();
  await index(db, "openRequest", ["at", "id"]);
  await index(db, "openRequest", ["gateId", "at", "id"]);
  await index(db, "openRequest", ["personId", "at", "id"]);
  await index(db, "openRequest", ["state", "at", "id"]);
  await db.schema
    .createTable("foreignEvent")
    .addColumn("thingName", "text", (column) => column.notNull())
    .addColumn("commandId", "text")
    .addColumn("outcome", "text", (column) => column.notNull())
    .addColumn("reason", "text")
    .addColumn("by", "text")
    .addColumn("at", "bigint", (column) => column.notNull())
    .addColumn("pulseMs", "bigint")
    .execute();
  await index(db, "foreignEvent", ["at"]);
  // coalesce, because a unique index treats nulls as different, and an event may be delivered twice.
  await sql`create unique index foreign_event_once on foreign_event
    (thing_name, at, outcome, coalesce(command_id, ''), coalesce(reason, ''))`.execute(db);
}

async function index(db: Kysely<unknown>, table: string, columns: string[]): Promise<void> {
  await db.schema
    .createIndex([table, "by", ...columns].join("_"))
    .on(table)
    .columns(columns)
    .execute();
}
