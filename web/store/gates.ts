/** The gates. */
import { setImmediate as othersTurn } from "node:timers/promises";
import type { Selectable } from "kysely";
import type { Gate } from "../domain/entities.ts";
import type { Database } from "./database.ts";
import { flag } from "./flag.ts";
import { portionLength, portions } from "./portions.ts";
import type { GateTable } from "./schema.ts";
import type { Store } from "./store.ts";

type Gates = Pick<Store, "createGate" | "updateGate" | "gate" | "gates" | "gatesWith">;

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

function toGate(row: Selectable<GateTable>): Gate {
  return { ...row, isActive: row.isActive === 1 };
}
