/** The records: every request, and events of boxes that belong to no request. */
import type { Kysely } from "kysely";
import { gateEventNames } from "../../device/messages/gate.ts";
import type { OpenRequest } from "../domain/entities.ts";
import { takesOpening } from "../domain/guests.ts";
import { advance, openStates } from "../domain/request.ts";
import type { Database } from "./database.ts";
import { portions } from "./portions.ts";
import type { Schema } from "./schema.ts";
import type { Store } from "./store.ts";

type Requests = Pick<
  Store,
  "recordRequest" | "advanceRequest" | "request" | "requestsSince" | "openRequests"
>;
type Foreign = Pick<Store, "recordForeignEvent" | "foreignEvents" | "otherCommands" | "gateEvents">;

export function requestsIn(database: Database): Requests {
  return {
    recordRequest: (request) =>
      database.write(async (db) => {
        const result = await db
          .insertInto("openRequest")
          .values(columnsOf(request))
          .onConflict((conflict) => conflict.column("id").doNothing())
          .executeTakeFirst();
        const isNew = result.numInsertedOrUpdatedRows === 1n;
        const kept = isNew ? await takeOpening(db, request) : await requestOf(db, request.id);
        if (kept === undefined)
          throw new Error(`the request ${request.id} exists but cannot be found`);
        return { request: kept, isNew };
      }),

    advanceRequest: (id, step) =>
      database.write(async (db) => {
        for (;;) {
          const before = await requestOf(db, id);
          if (before === undefined) return undefined;
          const after = advance(before, step);
          if (after === before) return before;
          const result = await db
            .updateTable("openRequest")
            .set({
              state: after.state,
              reason: after.reason,
              sentAt: after.sentAt,
              endedAt: after.endedAt,
              pulseMs: after.pulseMs,
            })
            .where("id", "=", id)
            .where("state", "=", before.state)
            .executeTakeFirst();
          // Otherwise another instance was faster. Steps only move forward, so the loop ends.
          if (result.numUpdatedRows === 0n) continue;
          await giveOpeningBack(db, before, after);
          return after;
        }
      }),

    request: (id) => database.read((db) => requestOf(db, id)),

    requestsSince: async (ids, from, limit) => {
      const requests: OpenRequest[] = [];
      const columns = [["personId", ids.people] as const, ["guestId", ids.guests] as const];
      for (const [column, owners] of columns) {
        for await (const some of portions(owners)) {
          const rows = await database.read((db) =>
            db
              .selectFrom("openRequest")
              .selectAll()
              .where("at", ">=", from)
              .where(column, "in", some)
              .orderBy("at", "desc")
              .orderBy("id", "desc")
              .limit(limit)
              .execute(),
          );
          requests.push(...rows);
        }
      }
      const newest = requests.toSorted((one, other) => other.at - one.at).slice(0, limit);
      return newest.toReversed();
    },

    openRequests: () =>
      database.read((db) =>
        db
          .selectFrom("openRequest")
          .selectAll()
          .where("state", "in", openStates)
          .orderBy("at")
          .orderBy("id")
          .execute(),
      ),
  };
}

export function foreignEventsIn(database: Database): Foreign {
  return {
    recordForeignEvent: (event) =>
      database.write(async (db) => {
        await db
          .insertInto("foreignEvent")
          .values({
            thingName: event.thingName,
            output: event.output,
            commandId: storable(event.commandId),
            outcome: event.outcome,
            reason: event.reason,
            by: storable(event.by),
            at: event.at,
            pulseMs: event.pulseMs,
          })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      }),

    otherCommands: async (limit) => {
      const rows = await database.read((db) =>
        db
          .selectFrom("foreignEvent")
          .selectAll()
          .where("outcome", "in", ["opened", "refused"])
          .orderBy("at", "desc")
          .limit(limit)
          .execute(),
      );
      return rows.flatMap(({ outcome, ...event }) =>
        outcome === "opened" || outcome === "refused" ? [{ ...event, outcome }] : [],
      );
    },

    foreignEvents: (limit) =>
      database.read((db) =>
        db.selectFrom("foreignEvent").selectAll().orderBy("at", "desc").limit(limit).execute(),
      ),

    gateEvents: ({ thingName, output }, limit) =>
      database.read(async (db) => {
        const rows = await db
          .selectFrom("foreignEvent")
          .select(["outcome", "at"])
          .where("thingName", "=", thingName)
          .where("output", output === null ? "is" : "=", output)
          .where("outcome", "in", gateEventNames)
          .orderBy("at", "desc")
          .limit(limit)
          .execute();
        return rows.flatMap(({ outcome, at }) => {
          const event = gateEventNames.find((name) => name === outcome);
          return event === undefined ? [] : [{ event, at }];
        });
      }),
  };
}

function requestOf(db: Kysely<Schema>, id: string): Promise<OpenRequest | undefined> {
  return db.selectFrom("openRequest").selectAll().where("id", "=", id).executeTakeFirst();
}

/**
 * Two transactions that take the last opening wait for each other at the guest's row, so one gets it.
 * @returns the request, which is denied when there is no opening
 */
async function takeOpening(db: Kysely<Schema>, request: OpenRequest): Promise<OpenRequest> {
  const { id, guestId, state, at } = request;
  if (guestId === null || !takesOpening(state)) return request;
  const taken = await db
    .updateTable("guest")
    .set((guest) => ({ used: guest("used", "+", 1) }))
    .where("id", "=", guestId)
    .where("revokedAt", "is", null)
    .whereRef("used", "<", "openings")
    .executeTakeFirst();
  if (taken.numUpdatedRows > 0n) return request;
  const guest = await db
    .selectFrom("guest")
    .select("revokedAt")
    .where("id", "=", guestId)
    .executeTakeFirst();
  const reason = guest?.revokedAt === null ? "used-up" : "grant-ended";
  const denied = { state: "denied", reason, endedAt: at } as const;
  await db.updateTable("openRequest").set(denied).where("id", "=", id).execute();
  return { ...request, ...denied };
}

async function giveOpeningBack(
  db: Kysely<Schema>,
  before: OpenRequest,
  after: OpenRequest,
): Promise<void> {
  if (after.guestId === null) return;
  if (!takesOpening(before.state) || takesOpening(after.state)) return;
  await db
    .updateTable("guest")
    .set((guest) => ({ used: guest("used", "-", 1) }))
    .where("id", "=", after.guestId)
    .where("used", ">", 0)
    .execute();
}

function columnsOf(request: OpenRequest): OpenRequest {
  const { id, gateId, personId, guestId, state, reason, at, sentAt, endedAt, pulseMs } = request;
  const { address, via } = request;
  return {
    id,
    gateId,
    personId,
    guestId,
    state,
    reason,
    at,
    sentAt,
    endedAt,
    pulseMs,
    address,
    via,
  };
}

/** Replaces NUL, which neither database accepts. Any publisher of commands can choose this text. */
function storable(text: string | null): string | null {
  return text === null ? null : text.replaceAll("\0", "\uFFFD");
}
