/** People are found by name and address on the server, and listed page by page. */
import { type Kysely, type Migration, sql } from "kysely";
import { searchTextOf } from "../../domain/search-text.ts";

export const peopleSearch: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .alterTable("person")
      .addColumn("searchText", "text", (column) => column.notNull().defaultTo(""))
      .execute();
    const { rows } = await sql<{ id: string; name: string; email: string | null }>`
      select id, name, email from person`.execute(db);
    for (const person of rows) {
      await sql`update person set search_text = ${searchTextOf(person)} where id = ${person.id}`.execute(
        db,
      );
    }
    await db.schema
      .createIndex("person_by_createdAt_id")
      .on("person")
      .columns(["createdAt", "id"])
      .execute();
  },
};
