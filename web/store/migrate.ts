/** Migrates a database to the schema of this version. */
import { type Migration, Migrator } from "kysely";
import type { Database } from "./database.ts";
import { first } from "./migrations/0001-first.ts";
import { passkeyHosts } from "./migrations/0002-passkey-hosts.ts";
import { lockedOutSessions } from "./migrations/0003-locked-out-sessions.ts";
import { gateOutputs } from "./migrations/0004-gate-outputs.ts";
import { apiTokens } from "./migrations/0005-api-tokens.ts";
import { peopleSearch } from "./migrations/0006-people-search.ts";
import { guestsAndHolidays } from "./migrations/0007-guests-and-holidays.ts";
import { administration } from "./migrations/0008-administration.ts";
import { webhooks } from "./migrations/0009-webhooks.ts";
import { rateLimits } from "./migrations/0010-rate-limits.ts";
import { StoreError } from "./store.ts";

/** In the order of their names. */
const migrations: Readonly<Record<string, Migration>> = {
  "0001-first": first,
  "0002-passkey-hosts": passkeyHosts,
  "0003-locked-out-sessions": lockedOutSessions,
  "0004-gate-outputs": gateOutputs,
  "0005-api-tokens": apiTokens,
  "0006-people-search": peopleSearch,
  "0007-guests-and-holidays": guestsAndHolidays,
  "0008-administration": administration,
  "0009-webhooks": webhooks,
  "0010-rate-limits": rateLimits,
};

/**
 * Runs the missing migrations in one transaction, under a lock. When several instances start at once,
 * one runs them and the others wait.
 * @param last the name of the last one to run; default: all
 * @throws StoreError `unavailable` also when a newer version has already migrated the database
 */
export async function migrate(database: Database, last?: string): Promise<void> {
  await database.whole(async (db) => {
    const migrator = new Migrator({
      db,
      provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
    });
    const { error } = await (last === undefined
      ? migrator.migrateToLatest()
      : migrator.migrateTo(last));
    if (error instanceof Error && error.message.startsWith("corrupted migrations")) {
      throw new StoreError(
        "unavailable",
        `the database was created by another version of this program (${error.message}); start the newest version`,
        { cause: error },
      );
    }
    if (error !== undefined) throw error;
  });
}
