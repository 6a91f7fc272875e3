/** The tokens of programs. */
import type { Selectable } from "kysely";
import type { Weekday } from "../api.ts";
import type { ApiToken } from "../domain/entities.ts";
import type { Database } from "./database.ts";
import type { ApiTokenTable } from "./schema.ts";
import type { Store } from "./store.ts";

type Tokens = Pick<
  Store,
  "createApiToken" | "apiToken" | "apiTokens" | "useApiToken" | "deleteApiToken"
>;

export function tokensIn(database: Database): Tokens {
  return {
    createApiToken: (token) =>
      database.write(async (db) => {
        await db
          .insertInto("apiToken")
          .values({ ...token, days: JSON.stringify(token.days) })
          .execute();
      }),

    apiToken: (tokenHash) =>
      database.read(async (db) => {
        const row = await db
          .selectFrom("apiToken")
          .selectAll()
          .where("tokenHash", "=", tokenHash)
          .executeTakeFirst();
        return row && toToken(row);
      }),

    apiTokens: (personId) =>
      database.read(async (db) => {
        const rows = await db
          .selectFrom("apiToken")
          .selectAll()
          .where("personId", "=", personId)
          .orderBy("createdAt")
          .orderBy("id")
          .execute();
        return rows.map(toToken);
      }),

    useApiToken: (id, at) =>
      database.write(async (db) => {
        await db.updateTable("apiToken").set({ lastUsedAt: at }).where("id", "=", id).execute();
      }),

    deleteApiToken: (id) =>
      database.write(async (db) => {
        const result = await db.deleteFrom("apiToken").where("id", "=", id).executeTakeFirst();
        return result.numDeletedRows > 0n;
      }),
  };
}

function toToken(row: Selectable<ApiTokenTable>): ApiToken {
  return { ...row, days: JSON.parse(row.days) as readonly Weekday[] };
}
