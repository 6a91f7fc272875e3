import { connectPostgres } from "./postgres.ts";
import { storeOn } from "./sql-store.ts";
import { connectSqlite } from "./sqlite.ts";
import type { Store } from "./store.ts";

/**
 * The store that one setting names: a `postgres://…` or `postgresql://…` URL, or else the path of an
 * SQLite file. Brings the database up to date before it resolves.
 * @throws StoreError `unavailable`, `busy` or `full`
 */
export async function openStore(location: string): Promise<Store> {
  if (/^postgres(ql)?:\/\//i.test(location)) {
    return storeOn(await connectPostgres({ url: location }));
  }
  const { database } = await connectSqlite({ file: location });
  return storeOn(database);
}
