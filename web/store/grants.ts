/** The grants. */
import type { Insertable, Kysely, Selectable } from "kysely";
import type { Weekday } from "../api.ts";
import type { Grant } from "../domain/entities.ts";
import type { Database } from "./database.ts";
import { flag } from "./flag.ts";
import { portionLength, portions } from "./portions.ts";
import type { GrantTable, Schema } from "./schema.ts";
import type { Store } from "./store.ts";

type Grants = Pick<
  Store,
  | "createGrant"
  | "createGrants"
  | "updateGrant"
  | "deleteGrant"
  | "grants"
  | "grantsPage"
  | "grantsOf"
  | "countGrantsByHoliday"
>;

export function grantsIn(database: Database): Grants {
  return {
    createGrant: (grant) => database.write((db) => insert(db, [grant])),

    createGrants: (grants) =>
      database.write(async (db) => {
        for (let first = 0; first < grants.length; first += portionLength) {
          await insert(db, grants.slice(first, first + portionLength));
        }
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
        let query = db
          .selectFrom("accessGrant")
          .innerJoin("person", "person.id", "accessGrant.personId")
          .selectAll("accessGrant")
          .select("person.name as personName");
        if (personId !== undefined) query = query.where("personId", "=", personId);
        if (gateId !== undefined) query = query.where("gateId", "=", gateId);
        if (after !== undefined) query = query.where("accessGrant.id", ">", after);
        const rows = await query
          .orderBy("accessGrant.id")
          .limit(limit + 1)
          .execute();
        const grants = rows
          .slice(0, limit)
          .map(({ personName, ...row }) => ({ ...toGrant(row), personName }));
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

    countGrantsByHoliday: (gateId) =>
      database.read(async (db) => {
        const query = db
          .selectFrom("accessGrant")
          .select(({ fn }) => ["onHolidays", fn.countAll<number | string>().as("count")])
          .groupBy("onHolidays");
        const rows = await (gateId === null ? query : query.where("gateId", "=", gateId)).execute();
        const countOf = (value: number) =>
          Number(rows.find(({ onHolidays }) => onHolidays === value)?.count ?? 0);
        return { open: countOf(1), closed: countOf(0) };
      }),
  };
}

async function insert(db: Kysely<Schema>, grants: readonly Grant[]): Promise<void> {
  await db
    .insertInto("accessGrant")
    .values(grants.map((grant) => ({ id: grant.id, ...columnsOf(grant) })))
    .execute();
}

function columnsOf(grant: Grant): Omit<Insertable<GrantTable>, "id"> {
  return {
    personId: grant.personId,
    gateId: grant.gateId,
    days: JSON.stringify(grant.days),
    fromMinute: grant.fromMinute,
    toMinute: grant.toMinute,
    startsAt: grant.startsAt,
    endsAt: grant.endsAt,
    onHolidays: flag(grant.onHolidays),
  };
}

function toGrant(row: Selectable<GrantTable>): Grant {
  return {
    ...row,
    days: JSON.parse(row.days) as readonly Weekday[],
    onHolidays: row.onHolidays === 1,
  };
}
