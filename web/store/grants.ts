/** The grants. */
import type { Insertable, Selectable, Transaction } from "kysely";
import type { ChangeAction, Weekday } from "../api.ts";
import { type Author, fieldChanges, recordedFields } from "../domain/changes.ts";
import type { Grant } from "../domain/entities.ts";
import { requireAlive } from "./alive.ts";
import { recordChanges } from "./change-record.ts";
import type { Database } from "./database.ts";
import { flag } from "./flag.ts";
import { pageOf } from "./paging.ts";
import { portions, slices } from "./portions.ts";
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
    createGrant: (grant, author) => database.write((db) => insert(db, [grant], author)),

    createGrants: (grants, author) => database.write((db) => insert(db, grants, author)),

    updateGrant: (grant, author) =>
      database.write(async (db) => {
        await requireAlive(db, { people: [grant.personId], gates: [grant.gateId] });
        const before = await grantOf(db, grant.id);
        if (before === undefined) return undefined;
        await db
          .updateTable("accessGrant")
          .set(columnsOf(grant))
          .where("id", "=", grant.id)
          .execute();
        const isMoved = before.personId !== grant.personId || before.gateId !== grant.gateId;
        const changes = isMoved
          ? [grantChange("removed", before, null), grantChange("added", null, grant)]
          : [grantChange("changed", before, grant)];
        await recordChanges(db, author, changes);
        return before;
      }),

    deleteGrant: (id, author) =>
      database.write(async (db) => {
        const before = await grantOf(db, id);
        const result = await db.deleteFrom("accessGrant").where("id", "=", id).executeTakeFirst();
        // Another transaction may have been faster.
        if (before === undefined || result.numDeletedRows === 0n) return undefined;
        await recordChanges(db, author, [grantChange("removed", before, null)]);
        return before;
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
        const { entries, next } = pageOf(rows, limit, ({ id }) => id);
        const grants = entries.map(({ personName, ...row }) => ({ ...toGrant(row), personName }));
        return { grants, next };
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

/** @throws StoreError conflict when a person or a gate does not exist */
async function insert(
  db: Transaction<Schema>,
  grants: readonly Grant[],
  author: Author | undefined,
): Promise<void> {
  await requireAlive(db, {
    people: grants.map(({ personId }) => personId),
    gates: grants.map(({ gateId }) => gateId),
  });
  for (const some of slices(grants)) {
    await db
      .insertInto("accessGrant")
      .values(some.map((grant) => ({ id: grant.id, ...columnsOf(grant) })))
      .execute();
  }
  const changes = grants.map((grant) => grantChange("added", null, grant));
  await recordChanges(db, author, changes);
}

async function grantOf(db: Transaction<Schema>, id: string): Promise<Grant | undefined> {
  const row = await db
    .selectFrom("accessGrant")
    .selectAll()
    .where("id", "=", id)
    .executeTakeFirst();
  return row && toGrant(row);
}

function grantChange(action: ChangeAction, before: Grant | null, after: Grant | null) {
  const { id = "", personId = null, gateId = null } = after ?? before ?? {};
  const fields = fieldChanges(recordedFields.grant, before, after);
  return { subject: "grant", subjectId: id, personId, gateId, action, fields } as const;
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
