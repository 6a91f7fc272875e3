/** The tokens of programs. */
import type { Selectable } from "kysely";
import type { ChangeAction, Weekday } from "../api.ts";
import { fieldChanges, recordedFields } from "../domain/changes.ts";
import type { ApiToken } from "../domain/entities.ts";
import { requireAlive } from "./alive.ts";
import { recordChanges } from "./change-record.ts";
import type { Database } from "./database.ts";
import type { ApiTokenTable } from "./schema.ts";
import type { Store } from "./store.ts";

type Tokens = Pick<
  Store,
  "createApiToken" | "apiToken" | "apiTokens" | "useApiToken" | "deleteApiToken"
>;

export function tokensIn(database: Database): Tokens {
  return {
    createApiToken: (token, author) =>
      database.write(async (db) => {
        await requireAlive(db, { people: [token.personId], gates: [token.gateId] });
        await db
          .insertInto("apiToken")
          .values({ ...token, days: JSON.stringify(token.days) })
          .execute();
        await recordChanges(db, author, [tokenChange("added", null, token)]);
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

    deleteApiToken: (id, author) =>
      database.write(async (db) => {
        const row = await db
          .selectFrom("apiToken")
          .selectAll()
          .where("id", "=", id)
          .executeTakeFirst();
        const result = await db.deleteFrom("apiToken").where("id", "=", id).executeTakeFirst();
        // Another transaction may have been faster.
        if (row === undefined || result.numDeletedRows === 0n) return false;
        await recordChanges(db, author, [tokenChange("removed", toToken(row), null)]);
        return true;
      }),
  };
}

function tokenChange(action: ChangeAction, before: ApiToken | null, after: ApiToken | null) {
  const { id = "", personId = null, gateId = null } = after ?? before ?? {};
  const fields = fieldChanges(recordedFields.token, before, after);
  return { subject: "token", subjectId: id, personId, gateId, action, fields } as const;
}

function toToken(row: Selectable<ApiTokenTable>): ApiToken {
  return { ...row, days: JSON.parse(row.days) as readonly Weekday[] };
}
