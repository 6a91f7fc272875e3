/** The gates. */
import { setImmediate as othersTurn } from "node:timers/promises";
import { type Kysely, type Selectable, type SelectQueryBuilder, sql } from "kysely";
import type { ChangeAction, GatesSort, GateTraces } from "../api.ts";
import { fieldChanges, recordedFields } from "../domain/changes.ts";
import type { Gate } from "../domain/entities.ts";
import { gateSearchText } from "../domain/search-text.ts";
import { recordChanges } from "./change-record.ts";
import type { Database } from "./database.ts";
import { flag } from "./flag.ts";
import { gateKeys } from "./list-position.ts";
import { countOf, sortedPage } from "./paging.ts";
import { portionLength, portions } from "./portions.ts";
import type { GateTable, Schema } from "./schema.ts";
import type { Store } from "./store.ts";

type Gates = Pick<
  Store,
  | "createGate"
  | "updateGate"
  | "deleteGate"
  | "gateTraces"
  | "gate"
  | "gates"
  | "gatesWith"
  | "gatesPage"
>;

export function gatesIn(database: Database): Gates {
  return {
    createGate: (gate, author) =>
      database.write(async (db) => {
        const { id, name, thingName, output, timeZone, isActive } = gate;
        await db
          .insertInto("gate")
          .values({
            ...{ id, name, thingName, output, timeZone, isActive: flag(isActive) },
            searchText: gateSearchText(gate),
          })
          .execute();
        await recordChanges(db, author, [gateChange("added", null, gate)]);
      }),

    updateGate: (id, changes, author) =>
      database.write(async (db) => {
        const before = await lockGate(db, id);
        if (before === undefined) return undefined;
        const after = { ...before, ...changes };
        const { name, thingName, output, timeZone, isActive } = after;
        await db
          .updateTable("gate")
          .set({
            ...{ name, thingName, output, timeZone, isActive: flag(isActive) },
            searchText: gateSearchText(after),
          })
          .where("id", "=", id)
          .execute();
        await recordChanges(db, author, [gateChange("changed", before, after)]);
        return after;
      }),

    deleteGate: (id, author) =>
      database.write(async (db) => {
        const before = await lockGate(db, id);
        if (before === undefined) return undefined;
        const traces = await tracesOf(db, id, author.at);
        await removeTraces(db, id, author.at);
        await db
          .updateTable("gate")
          .set({ isActive: 0, deletedAt: author.at })
          .where("id", "=", id)
          .execute();
        await recordChanges(db, author, [gateChange("removed", before, null)]);
        return traces;
      }),

    gateTraces: (id, now) =>
      database.read(async (db) => {
        const gate = await gateOf(db, id);
        return gate && tracesOf(db, id, now);
      }),

    gate: (id) => database.read((db) => gateOf(db, id)),

    gates: async () => {
      const gates: Gate[] = [];
      for (let after: string | undefined; ; ) {
        const rows = await database.read((db) => {
          const query = living(db).selectAll().orderBy("id").limit(portionLength);
          return (after === undefined ? query : query.where("id", ">", after)).execute();
        });
        gates.push(...rows.map(toGate));
        after = rows.at(-1)?.id;
        if (rows.length < portionLength) return gates;
        await othersTurn();
      }
    },

    gatesWith: async (ids) => {
      const gates: Gate[] = [];
      for await (const some of portions(ids.toSorted())) {
        const rows = await database.read((db) =>
          living(db).selectAll().where("id", "in", some).orderBy("id").execute(),
        );
        gates.push(...rows.map(toGate));
      }
      return gates;
    },

    gatesPage: ({ sort = "name", ...query }) =>
      database.read(async (db) => {
        const order = { key: keys[sort], keyType: gateKeys[sort], direction: "asc" } as const;
        const { entries, total, next } = await sortedPage(
          living(db),
          "gate",
          sort,
          order,
          query,
          (rows) => rows.selectAll(),
        );
        return { gates: entries.map(toGate), total, next };
      }),
  };
}

const keys = {
  name: sql<string>`search_text`,
  id: sql<string>`id`,
  box: sql<string>`thing_name`,
} as const satisfies Readonly<Record<GatesSort, object>>;

function living(db: Kysely<Schema>): SelectQueryBuilder<Schema, "gate", object> {
  return db.selectFrom("gate").where("deletedAt", "is", null);
}

/** Makes transactions about one gate wait for each other. */
async function lockGate(db: Kysely<Schema>, id: string): Promise<Gate | undefined> {
  await db
    .updateTable("gate")
    .set((gate) => ({ isActive: gate.ref("isActive") }))
    .where("id", "=", id)
    .execute();
  return gateOf(db, id);
}

async function gateOf(db: Kysely<Schema>, id: string): Promise<Gate | undefined> {
  const row = await living(db).selectAll().where("id", "=", id).executeTakeFirst();
  return row && toGate(row);
}

function gateChange(action: ChangeAction, before: Gate | null, after: Gate | null) {
  const id = after?.id ?? before?.id ?? "";
  const fields = fieldChanges(recordedFields.gate, before, after);
  return {
    ...({ subject: "gate", subjectId: id, personId: null, gateId: id } as const),
    ...{ action, fields },
  };
}

/** @param now for guests whose link has ended */
async function tracesOf(db: Kysely<Schema>, id: string, now: number): Promise<GateTraces> {
  const count = (table: "accessGrant" | "apiToken" | "holidayList" | "webhook") =>
    countOf(db.selectFrom(table).where("gateId", "=", id));
  const guests = db
    .selectFrom("guest")
    .where("gateId", "=", id)
    .where("revokedAt", "is", null)
    .where("endsAt", ">", now);
  return {
    grants: await count("accessGrant"),
    tokens: await count("apiToken"),
    guests: await countOf(guests),
    holidays: await count("holidayList"),
    webhooks: await count("webhook"),
  };
}

async function removeTraces(db: Kysely<Schema>, id: string, at: number): Promise<void> {
  await db.deleteFrom("accessGrant").where("gateId", "=", id).execute();
  await db.deleteFrom("apiToken").where("gateId", "=", id).execute();
  const lists = db.selectFrom("holidayList").select("id").where("gateId", "=", id);
  await db.deleteFrom("holiday").where("listId", "in", lists).execute();
  await db.deleteFrom("holidayList").where("gateId", "=", id).execute();
  const webhooks = db.selectFrom("webhook").select("id").where("gateId", "=", id);
  await db.deleteFrom("webhookDelivery").where("webhookId", "in", webhooks).execute();
  await db.deleteFrom("webhook").where("gateId", "=", id).execute();
  await db
    .updateTable("guest")
    .set({ revokedAt: at })
    .where("gateId", "=", id)
    .where("revokedAt", "is", null)
    .execute();
}

function toGate({ id, name, thingName, output, timeZone, isActive }: Selectable<GateTable>): Gate {
  return { id, name, thingName, output, timeZone, isActive: isActive === 1 };
}
