/** The store on an SQL database. The queries are the same for both databases. */
import { changesIn } from "./change-record.ts";
import { type ChangeFeed, noOtherInstances } from "./changes.ts";
import type { Database } from "./database.ts";
import { gatesIn } from "./gates.ts";
import { grantsIn } from "./grants.ts";
import { guestsIn } from "./guests.ts";
import { historyIn } from "./history.ts";
import { holidaysIn } from "./holidays.ts";
import { migrate } from "./migrate.ts";
import { peopleIn } from "./people.ts";
import { ratesIn, ratesInMemory } from "./rates.ts";
import { foreignEventsIn, requestsIn } from "./records.ts";
import { signInWith } from "./sign-in.ts";
import type { Store } from "./store.ts";
import { tokensIn } from "./tokens.ts";
import { webhooksIn } from "./webhooks.ts";

export interface StoreOptions {
  /** other connections to the same database, for taps */
  readonly forTaps?: Database;
  /** other instances may use the database too; default: none do */
  readonly changes?: ChangeFeed & { close(): Promise<void> };
}

/**
 * Migrates the database first, and closes it when that fails.
 * @throws StoreError
 */
export async function storeOn(
  database: Database,
  { forTaps = database, changes }: StoreOptions = {},
): Promise<Store> {
  const close = async () => {
    await Promise.all([changes?.close(), database.close(), forTaps.close()]);
  };
  const rates = changes === undefined ? ratesInMemory() : undefined;
  try {
    await migrate(database);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    forTaps: {
      ...signInWith(forTaps),
      ...gatesIn(forTaps),
      ...grantsIn(forTaps),
      ...peopleIn(forTaps),
      ...tokensIn(forTaps),
      ...guestsIn(forTaps),
      ...holidaysIn(forTaps),
      ...requestsIn(forTaps),
      ...foreignEventsIn(forTaps),
      ...(rates ?? ratesIn(forTaps)),
    },
    changes: changes ?? noOtherInstances,
    ...(rates ?? ratesIn(database)),
    ...peopleIn(database),
    ...signInWith(database),
    ...gatesIn(database),
    ...grantsIn(database),
    ...tokensIn(database),
    ...guestsIn(database),
    ...holidaysIn(database),
    ...webhooksIn(database),
    ...requestsIn(database),
    ...foreignEventsIn(database),
    ...historyIn(database),
    ...changesIn(database),

    check: () =>
      database.write(async (db) => {
        await db
          .updateTable("writeCheck")
          .set(({ eb }) => ({ checks: eb("checks", "+", 1) }))
          .where("id", "=", 1)
          .execute();
      }),

    close,
  };
}
