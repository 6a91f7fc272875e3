import type { Kysely, Selectable } from "kysely";
import type { Person } from "../domain/entities.ts";
import type { Database } from "./database.ts";
import { flag } from "./flag.ts";
import type { PersonTable, Schema } from "./schema.ts";
import type { Store } from "./store.ts";

type People = Pick<Store, "createPerson" | "updatePerson" | "person" | "personByOidc" | "people">;

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
          })
          .execute();
      }),

    updatePerson: (id, changes) =>
      database.write(async (db) => {
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
          await db.deleteFrom("session").where("personId", "=", id).execute();
          await db.deleteFrom("invitation").where("personId", "=", id).execute();
        }
        return findPerson(db, "id", id);
      }),

    person: (id) => database.read((db) => findPerson(db, "id", id)),

    personByOidc: (oidcSubject) =>
      database.read((db) => findPerson(db, "oidcSubject", oidcSubject)),

    people: () =>
      database.read(async (db) => {
        const rows = await db
          .selectFrom("person")
          .selectAll()
          .select((query) =>
            query
              .selectFrom("passkey")
              .whereRef("passkey.personId", "=", "person.id")
              .select(({ fn }) => fn.countAll<number>().as("count"))
              .as("passkeys"),
          )
          .orderBy("createdAt")
          .orderBy("id")
          .execute();
        return rows.map((row) => ({ ...toPerson(row), passkeys: row.passkeys ?? 0 }));
      }),
  };
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

async function findPerson(
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
