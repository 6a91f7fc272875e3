/** Reads the records page by page, and deletes old ones. */
import { setImmediate as othersTurn } from "node:timers/promises";
import type { Kysely, SelectQueryBuilder } from "kysely";
import type { HistoryQuery } from "../api.ts";
import type { Database } from "./database.ts";
import { formatPosition } from "./history-position.ts";
import { livingName } from "./living-name.ts";
import { isOlder, pageOf } from "./paging.ts";
import type { Schema } from "./schema.ts";
import type { Store } from "./store.ts";

const defaultLimit = 50;
const maximumLimit = 200;

/** Records deleted in one transaction. While it runs, SQLite blocks every other one. */
const pruneBatch = 100;

export function historyIn(database: Database): Pick<Store, "history" | "prune"> {
  return {
    history: async (query) => {
      const limit = query.limit ?? defaultLimit;
      if (!Number.isInteger(limit) || limit < 1 || limit > maximumLimit) {
        throw new RangeError(`limit must be 1–${maximumLimit}`);
      }
      const rows = await database.read((db) =>
        filtered(db.selectFrom("openRequest"), query)
          .leftJoin("person", "person.id", "openRequest.personId")
          .leftJoin("gate", "gate.id", "openRequest.gateId")
          .leftJoin("guest", "guest.id", "openRequest.guestId")
          .leftJoin("person as inviter", "inviter.id", "guest.inviterId")
          .selectAll("openRequest")
          .select(["person.isAdministrator", "gate.name as gateName", "guest.name as guestName"])
          .select([livingName("person").as("personName"), livingName("inviter").as("inviterName")])
          .orderBy("openRequest.at", "desc")
          .orderBy("openRequest.id", "desc")
          .limit(limit + 1)
          .execute(),
      );
      const { entries, next } = pageOf(rows, limit, formatPosition);
      const named = entries.map((row) => ({
        ...row,
        isAdministrator: row.isAdministrator === 1,
        gateName: row.gateName ?? row.gateId,
      }));
      return { entries: named, next };
    },

    prune: async (before, now) => {
      await database.write(async (db) => {
        await db.deleteFrom("session").where("expiresAt", "<=", now).execute();
        await db.deleteFrom("signInAttempt").where("expiresAt", "<=", now).execute();
        await db.deleteFrom("invitation").where("expiresAt", "<=", now).execute();
        await db.deleteFrom("rateLimit").where("fullAt", "<=", now).execute();
      });
      let deleted = 0;
      for (;;) {
        const count = await deleteSome(database, before);
        deleted += count;
        if (count === 0) break;
        await othersTurn();
      }
      await database.write((db) =>
        db
          .deleteFrom("webhookDelivery")
          .where("createdAt", "<", before)
          .where("state", "!=", "waiting")
          .execute(),
      );
      // After their requests, so that no request in the history loses the name of its guest.
      await database.write((db) => deleteGuests(db, before));
      await database.write((db) => deleteRemains(db, before));
      return deleted;
    },
  };
}

async function deleteGuests(db: Kysely<Schema>, before: number): Promise<void> {
  const over = db.selectFrom("guest").select("id").where("endsAt", "<", before);
  await db.deleteFrom("guestSession").where("guestId", "in", over).execute();
  await db.deleteFrom("guest").where("endsAt", "<", before).execute();
}

/** The rows of people who were deleted, when nothing refers to them any more. */
async function deleteRemains(db: Kysely<Schema>, before: number): Promise<void> {
  await db
    .deleteFrom("person")
    .where("deletedAt", "<", before)
    .where("id", "not in", (query) => query.selectFrom("guest").select("inviterId"))
    .execute();
}

type Requests = SelectQueryBuilder<Schema, "openRequest", object>;

function filtered(requests: Requests, query: HistoryQuery): Requests {
  const { gate, person, state, from, to, after } = query;
  let result = requests;
  if (gate !== undefined) result = result.where("openRequest.gateId", "=", gate);
  if (person !== undefined) result = result.where("openRequest.personId", "=", person);
  if (state !== undefined) result = result.where("openRequest.state", "=", state);
  if (from !== undefined) result = result.where("openRequest.at", ">=", from);
  if (to !== undefined) result = result.where("openRequest.at", "<", to);
  if (after !== undefined) {
    result = result.where(isOlder(after, "openRequest.at", "openRequest.id"));
  }
  return result;
}

function deleteSome(database: Database, before: number): Promise<number> {
  return database.write(async (db) => {
    const requests = await db
      .deleteFrom("openRequest")
      .where("id", "in", (query) =>
        query.selectFrom("openRequest").select("id").where("at", "<", before).limit(pruneBatch),
      )
      .executeTakeFirst();
    const events = await db
      .deleteFrom("foreignEvent")
      .where("at", "in", (query) =>
        query.selectFrom("foreignEvent").select("at").where("at", "<", before).limit(pruneBatch),
      )
      .executeTakeFirst();
    const changes = await db
      .deleteFrom("change")
      .where("id", "in", (query) =>
        query.selectFrom("change").select("id").where("at", "<", before).limit(pruneBatch),
      )
      .executeTakeFirst();
    const counts = [requests, events, changes].map(({ numDeletedRows }) => Number(numDeletedRows));
    return counts.reduce((sum, count) => sum + count);
  });
}
