/** Gates and grants. */
import { setImmediate as othersTurn } from "node:timers/promises";
import type { Insertable, Selectable } from "kysely";
import type { Weekday } from "../api.ts";
import type { Gate, Grant } from "../domain/entities.ts";
import type { Database } from "./database.ts";
import { flag } from "./flag.ts";
import { portionLength, portions } from "./portions.ts";
import type { GateTable, GrantTable } from "./schema.ts";
import type { Store } from "./store.ts";

type Gates = Pick<Store, "createGate" | "updateGate" | "gate" | "gates" | "gatesWith">;
type Grants = Pick<
  Store,
  "createGrant" | "updateGrant" | "deleteGrant" | "grants" | "grantsPage" | "grantsOf"
>;

export function gatesIn(database: Database): Gates {
  return {
    createGate: ({ id, name, thingName, output, timeZone, isActive }) =>
      database.write(async (db) => {
        await db
          .insertInto("gate")
          .values({ id, name, thingName, output, timeZone, isActive: flag(isActive) })
          .execute();
      }),

    updateGate: (id, changes) =>
      database.write(async (db) => {
        const { isActive, ...others } = changes;
        const columns = { ...others, ...(isActive !== undefined && { isActive: flag(isActive) }) };
        if (Object.keys(columns).length > 0) {
          await db.updateTable("gate").set(columns).where("id", "=", id).execute();
        }
        const row = await db.selectFrom("gate").selectAll().where("id", "=", id).executeTakeFirst();
        return row && toGate(row);
      }),

    gate: (id) =>
      database.read(async (db) => {
        const row = await db.selectFrom("gate").selectAll().where("id", "=", id).executeTakeFirst();
        return row && toGate(row);
      }),

    gates: async () => {
      const gates: Gate[] = [];
      for (let after: string | undefined; ; ) {
        const rows = await database.read((db) => {
          const query = db.selectFrom("gate").selectAll().orderBy("id").limit(portionLength);
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
          db.selectFrom("gate").selectAll().where("id", "in", some).orderBy("id").execute(),
        );
        gates.push(...rows.map(toGate));
      }
      return gates;
    },
  };
}

export function grantsIn(database: Database): Grants {
  return {
    createGrant: (grant) =>
      database.write(async (db) => {
        await db
          .insertInto("accessGrant")
          .values({ id: grant.id, ...columnsOf(grant) })
          .execute();
      }),

    updateGrant: (grant) =>
      database.write(async (db) => {
        const result = await db
          .updateTable("accessGrant")
          .set(columnsOf(grant))
          .where("id", "=", grant.id)
          .executeTakeFirst();
        return result.numUpdatedRows > 0n;
      }),

    deleteGrant: (id) =>
      database.write(async (db) => {
        const result = await db.deleteFrom("accessGrant").where("id", "=", id).executeTakeFirst();
        return result.numDeletedRows > 0n;
      }),

    grants: ({ personId, gateId } = {}) =>
      database.read(async (db) => {
        let query = db.selectFrom("accessGrant").selectAll();
        if (personId !== undefined) query = query.where("personId", "=", personId);
        if (gateId !== undefined) query = query.where("gateId", "=", gateId);
        return (await query.orderBy("id").execute()).map(toGrant);
      }),

    grantsPage: ({ personId, gateId, after, limit }) =>
      database.read(async (db) => {
        let query = db.selectFrom("accessGrant").selectAll();
        if (personId !== undefined) query = query.where("personId", "=", personId);
        if (gateId !== undefined) query = query.where("gateId", "=", gateId);
        if (after !== undefined) query = query.where("id", ">", after);
        const rows = await query
          .orderBy("id")
          .limit(limit + 1)
          .execute();
        const grants = rows.slice(0, limit).map(toGrant);
        return { grants, next: rows.length > limit ? (grants.at(-1)?.id ?? null) : null };
      }),

    grantsOf: async (personIds) => {
      const grants: Grant[] = [];
      for await (const some of portions(personIds)) {
        const rows = await database.read((db) =>
          db
            .selectFrom("accessGrant")
            .selectAll()
            .where("personId", "in", some)
            .orderBy("id")
            .execute(),
        );
        grants.push(...rows.map(toGrant));
      }
      return grants;
    },
  };
}

function columnsOf(grant: Grant): Omit<Insertable<GrantTable>, "id"> {
  return {
    personId: grant.personId,
    gateId: grant.gateId,
    days: JSON.stringify(grant.days),
    fromMinute: grant.fromMinute,
    toMinute: grant.toMinute,
    endsAt: grant.endsAt,
  };
}

function toGate(row: Selectable<GateTable>): Gate {
  return { ...row, isActive: row.isActive === 1 };
}

function toGrant(row: Selectable<GrantTable>): Grant {
  return { ...row, days: JSON.parse(row.days) as readonly Weekday[] };
}
