import {
  type Kysely,
  type Selectable,
  type SelectQueryBuilder,
  type SqlBool,
  sql,
  type Transaction,
} from "kysely";
import type { Person } from "../domain/entities.ts";
import { searchTextOf, searchWords } from "../domain/search-text.ts";
import { canAnyoneAdminister, lockAdministrators } from "./administrators.ts";
import type { Database } from "./database.ts";
import { flag } from "./flag.ts";
import { formatPosition, parsePosition } from "./history-position.ts";
import type { PersonTable, Schema } from "./schema.ts";
import type { Store } from "./store.ts";

type People = Pick<
  Store,
  | "createPerson"
  | "updatePerson"
  | "changePerson"
  | "hasAdministrator"
  | "administrators"
  | "hasName"
  | "hasAnyoneSignedIn"
  | "person"
  | "personByOidc"
  | "people"
  | "peoplePage"
>;

export function peopleIn(database: Database): People {
  return {
    createPerson: (person) =>
      database.write(async (db) => {
        await db
          .insertInto("person")
          .values({
            id: person.id,
            name: person.name,
            email: person.email,
            isAdministrator: flag(person.isAdministrator),
            isActive: flag(person.isActive),
            oidcSubject: person.oidcSubject,
            createdAt: person.createdAt,
            lastSeenAt: person.lastSeenAt,
            searchText: searchTextOf(person),
          })
          .execute();
      }),

    updatePerson: (id, changes) => database.write((db) => update(db, id, changes)),

    changePerson: (id, changes, methods) =>
      database.write(async (db) => {
        await lockAdministrators(db);
        const before = await findPerson(db, "id", id);
        if (before === undefined) return { type: "unknown" };
        const isDemoted = isInCharge(before) && !isInCharge({ ...before, ...changes });
        if (isDemoted && !(await canAnyoneAdminister(db, methods, id))) {
          return { type: "last-administrator" };
        }
        const after = await update(db, id, changes);
        return after === undefined ? { type: "unknown" } : { type: "changed", value: after };
      }),

    hasAdministrator: (methods) => database.read((db) => canAnyoneAdminister(db, methods, null)),

    administrators: (name) =>
      database.read(async (db) => {
        const query = db
          .selectFrom("person")
          .selectAll()
          .where("isAdministrator", "=", 1)
          .where("isActive", "=", 1)
          .orderBy("createdAt")
          .orderBy("id");
        const named = name === undefined ? query : query.where("name", "=", name);
        return (await named.execute()).map(toPerson);
      }),

    hasName: (name) =>
      database.read(async (db) => {
        const query = db.selectFrom("person").select("id").where("name", "=", name).limit(1);
        return (await query.executeTakeFirst()) !== undefined;
      }),

    hasAnyoneSignedIn: () =>
      database.read(async (db) => {
        const people = db.selectFrom("person").select("id").where("oidcSubject", "is not", null);
        const passkeys = db.selectFrom("passkey").select("credentialId");
        return (
          (await passkeys.limit(1).executeTakeFirst()) !== undefined ||
          (await people.limit(1).executeTakeFirst()) !== undefined
        );
      }),

    person: (id) => database.read((db) => findPerson(db, "id", id)),

    personByOidc: (oidcSubject) =>
      database.read((db) => findPerson(db, "oidcSubject", oidcSubject)),

    people: () =>
      database.read(async (db) => {
        const rows = await withPasskeys(db.selectFrom("person")).execute();
        return rows.map((row) => ({ ...toPerson(row), passkeys: row.passkeys ?? 0 }));
      }),

    peoplePage: ({ search = "", after, limit }) =>
      database.read(async (db) => {
        const position = after === undefined ? null : parsePosition(after);
        if (position === undefined) throw new RangeError("`after` is not a position in the list");
        let found = db.selectFrom("person");
        for (const word of searchWords(search)) {
          const pattern = `%${word.replace(/[!%_]/g, "!$&")}%`;
          found = found.where(sql<SqlBool>`${sql.ref("searchText")} like ${pattern} escape '!'`);
        }
        const { total } = await found
          .select(({ fn }) => fn.countAll<number>().as("total"))
          .executeTakeFirstOrThrow();
        if (position !== null) {
          const { at, id } = position;
          found = found.where(
            sql<SqlBool>`(${sql.ref("createdAt")}, ${sql.ref("id")}) > (${at}, ${id})`,
          );
        }
        const rows = await withPasskeys(found)
          .limit(limit + 1)
          .execute();
        const people = rows
          .slice(0, limit)
          .map((row) => ({ ...toPerson(row), passkeys: row.passkeys ?? 0 }));
        const last = people.at(-1);
        const next =
          rows.length > limit && last ? formatPosition({ at: last.createdAt, id: last.id }) : null;
        return { people, total: Number(total), next };
      }),
  };
}

function withPasskeys(people: SelectQueryBuilder<Schema, "person", object>) {
  return people
    .selectAll("person")
    .select((query) =>
      query
        .selectFrom("passkey")
        .whereRef("passkey.personId", "=", "person.id")
        .select(({ fn }) => fn.countAll<number>().as("count"))
        .as("passkeys"),
    )
    .orderBy("person.createdAt")
    .orderBy("person.id");
}

async function update(
  db: Transaction<Schema>,
  id: string,
  changes: Partial<Omit<Person, "id" | "createdAt">>,
): Promise<Person | undefined> {
  const { isAdministrator, isActive, ...others } = changes;
  const columns = {
    ...others,
    ...(isAdministrator !== undefined && { isAdministrator: flag(isAdministrator) }),
    ...(isActive !== undefined && { isActive: flag(isActive) }),
  };
  if (Object.keys(columns).length > 0) {
    await db.updateTable("person").set(columns).where("id", "=", id).execute();
  }
  if (isActive === false) {
    await db.updateTable("session").set({ isLockedOut: 1 }).where("personId", "=", id).execute();
    await db.deleteFrom("invitation").where("personId", "=", id).execute();
  }
  const after = await findPerson(db, "id", id);
  if (after !== undefined && (changes.name !== undefined || changes.email !== undefined)) {
    const searchText = searchTextOf(after);
    await db.updateTable("person").set({ searchText }).where("id", "=", id).execute();
  }
  return after;
}

export function isInCharge({ isAdministrator, isActive }: Person): boolean {
  return isAdministrator && isActive;
}

export function toPerson(row: Selectable<PersonTable>): Person {
  return {
    id: row.id,
    name: row.name,
    email: row.email,
    isAdministrator: row.isAdministrator === 1,
    isActive: row.isActive === 1,
    oidcSubject: row.oidcSubject,
    createdAt: row.createdAt,
    lastSeenAt: row.lastSeenAt,
  };
}

export async function findPerson(
  db: Kysely<Schema>,
  column: "id" | "oidcSubject",
  value: string,
): Promise<Person | undefined> {
  const row = await db
    .selectFrom("person")
    .selectAll()
    .where(column, "=", value)
    .executeTakeFirst();
  return row && toPerson(row);
}
