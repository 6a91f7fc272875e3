import type { Database } from "./database.ts";
import { connectPostgres } from "./postgres.ts";
import { PostgresChanges } from "./postgres-changes.ts";
import { storeOn } from "./sql-store.ts";
import { connectSqlite } from "./sqlite.ts";
import { type Store, StoreError } from "./store.ts";

/** Each tap needs one for a few ms at a time. */
const connectionsForTaps = 4;

/**
 * Opens the store that the setting names: a `postgres://…` or `postgresql://…` URL, or the path of an
 * SQLite file. It migrates the database before it resolves.
 * @throws StoreError `unavailable`, `busy` or `full`
 */
export async function openStore(location: string): Promise<Store> {
  if (/^postgres(ql)?:\/\//i.test(location)) {
    const database = await connectPostgres({ url: location });
    const forTaps = await connectForTaps(location, database);
    return storeOn(database, { forTaps, changes: new PostgresChanges(location, forTaps) });
  }
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(location)) {
    // Only the scheme, because the URL may contain a password.
    const [scheme = ""] = location.split("//");
    throw new StoreError(
      "unavailable",
      `${scheme}// is not supported; use a postgres:// URL or the path of an SQLite file`,
    );
  }
  const { database } = await connectSqlite({ file: location });
  return storeOn(database);
}

async function connectForTaps(url: string, database: Database): Promise<Database> {
  try {
    return await connectPostgres({ url, connections: connectionsForTaps });
  } catch (error) {
    await database.close();
    throw error;
  }
}
