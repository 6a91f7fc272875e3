/** Passkeys know their host name, and changes of administrators wait for each other. */
import { type Kysely, type Migration, sql } from "kysely";

export const passkeyHosts: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .alterTable("passkey")
      .addColumn("rpId", "text", (column) => column.notNull().defaultTo(""))
      .execute();
    await db.schema
      .createTable("lock")
      .addColumn("name", "text", (column) => column.primaryKey())
      .addColumn("uses", "bigint", (column) => column.notNull())
      .execute();
    await sql`insert into lock (name, uses) values ('administrators', 0)`.execute(db);
  },
};
