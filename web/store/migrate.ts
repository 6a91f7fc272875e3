/** Brings a database up to what this program needs. */
import { type Migration, Migrator } from "kysely";
import type { Database } from "./database.ts";
import { first } from "./migrations/0001-first.ts";
import { StoreError } from "./store.ts";

/** In the order of their names. */
const migrations: Readonly<Record<string, Migration>> = {
  "0001-first": first,
};

/**
 * Runs the migrations that are missing, all in one transaction, under a lock: of several instances
 * that start at once one runs them, and the others wait.
 * @throws StoreError `unavailable` also where a newer program has been here
 */
export async function migrate(database: Database): Promise<void> {
  await database.whole(async (db) => {
    const migrator = new Migrator({
      db,
      provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
    });
    const { error } = await migrator.migrateToLatest();
    if (error instanceof Error && error.message.startsWith("corrupted migrations")) {
      throw new StoreError(
        "unavailable",
        `the database was made by another version of this program (${error.message}); start the newest one`,
        { cause: error },
      );
    }
    if (error !== undefined) throw error;
  });
}
