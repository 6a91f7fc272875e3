import {
  type Kysely,
  type Selectable,
  type SelectQueryBuilder,
  sql,
  type Transaction,
} from "kysely";
import type { ChangeAction, PeopleSort, PersonTraces } from "../api.ts";
import { fieldChanges, recordedFields } from "../domain/changes.ts";
import type { Person } from "../domain/entities.ts";
import { searchTextOf } from "../domain/search-text.ts";
import {
  canAnyoneAdminister,
  isInCharge,
  isLastAdministrator,
  lockAdministrators,
} from "./administrators.ts";
import { recordChanges } from "./change-record.ts";
import type { Database } from "./database.ts";
import { flag } from "./flag.ts";
import { peopleKeys } from "./list-position.ts";
import { countOf, type Order, sortedPage } from "./paging.ts";
import { portions } from "./portions.ts";
import type { PersonTable, Schema } from "./schema.ts";
import type { Store } from "./store.ts";

type People = Pick<
  Store,
  | "createPerson"
  | "updatePerson"
  | "changePerson"
  | "deletePerson"
  | "personTraces"
  | "hasAdministrator"
  | "administrators"
  | "hasName"
  | "hasAnyoneSignedIn"
  | "person"
  | "countPeople"
  | "personByOidc"
  | "people"
  | "peoplePage"
>;

export function peopleIn(database: Database): People {
  return {
    createPerson: (person, author) =>
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
        await recordChanges(db, author, [personChange("added", null, person)]);
      }),

    updatePerson: (id, changes) => database.write((db) => update(db, id, changes)),

    changePerson: (id, changes, methods, author) =>
      database.write(async (db) => {
        await lockAdministrators(db);
        const before = await findPerson(db, "id", id);
        if (before === undefined) return { type: "unknown" };
        const isDemoted = isInCharge(before) && !isInCharge({ ...before, ...changes });
        if (isDemoted && (await isLastAdministrator(db, before, methods))) {
          return { type: "last-administrator" };
        }
        const after = await update(db, id, changes);
        if (after === undefined) return { type: "unknown" };
        await recordChanges(db, author, [personChange("changed", before, after)]);
        return { type: "changed", value: after };
      }),

    deletePerson: (id, methods, author) =>
      database.write(async (db) => {
        await lockAdministrators(db);
        const before = await lockPerson(db, id);
        if (before === undefined) return { type: "unknown" };
        if (await isLastAdministrator(db, before, methods)) {
          return { type: "last-administrator" };
        }
        const traces = await tracesOf(db, id, author.at);
        await removeTraces(db, id, author.at);
        await db
          .updateTable("person")
          .set({
            ...{ name: "", email: null, oidcSubject: null, searchText: "" },
            ...{ isAdministrator: 0, isActive: 0, lastSeenAt: null, deletedAt: author.at },
          })
          .where("id", "=", id)
          .execute();
        await recordChanges(db, author, [personChange("removed", before, null)]);
        return { type: "changed", value: traces };
      }),

    personTraces: (id, now) =>
      database.read(async (db) => {
        const person = await findPerson(db, "id", id);
        return person && tracesOf(db, id, now);
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

    countPeople: async (ids) => {
      let count = 0;
      for await (const some of portions(ids)) {
        count += await database.read((db) => countOf(living(db).where("id", "in", some)));
      }
      return count;
    },

    personByOidc: (oidcSubject) =>
      database.read((db) => findPerson(db, "oidcSubject", oidcSubject)),

    people: () =>
      database.read(async (db) => {
        const rows = await withPasskeys(living(db))
          .orderBy("person.createdAt")
          .orderBy("person.id")
          .execute();
        return rows.map(toCounted);
      }),

    peoplePage: ({ sort = "created", ...query }) =>
      database.read(async (db) => {
        const order = { ...orders[sort], keyType: peopleKeys[sort] };
        const page = await sortedPage(living(db), "person", sort, order, query, withPasskeys);
        const { entries, total, next } = page;
        return { people: entries.map(toCounted), total, next };
      }),
  };
}

const orders: Readonly<Record<PeopleSort, Omit<Order, "keyType">>> = {
  created: { key: sql`person.created_at`, direction: "asc" },
  name: { key: sql`person.search_text`, direction: "asc" },
  seen: { key: sql`coalesce(person.last_seen_at, -1)`, direction: "desc" },
};

function living(db: Kysely<Schema>): SelectQueryBuilder<Schema, "person", object> {
  return db.selectFrom("person").where("person.deletedAt", "is", null);
}

function withPasskeys<R>(people: SelectQueryBuilder<Schema, "person", R>) {
  return people.selectAll("person").select((query) =>
    query
      .selectFrom("passkey")
      .whereRef("passkey.personId", "=", "person.id")
      .select(({ fn }) => fn.countAll<number>().as("count"))
      .as("passkeys"),
  );
}

function personChange(action: ChangeAction, before: Person | null, after: Person | null) {
  const id = after?.id ?? before?.id ?? "";
  const fields = fieldChanges(recordedFields.person, before, after);
  return {
    ...({ subject: "person", subjectId: id, personId: id, gateId: null } as const),
    ...{ action, fields },
  };
}

/** @param now for guests and invitations that have ended */
async function tracesOf(db: Kysely<Schema>, id: string, now: number): Promise<PersonTraces> {
  const count = (table: "accessGrant" | "passkey" | "apiToken") =>
    countOf(db.selectFrom(table).where("personId", "=", id));
  const current = (table: "session" | "invitation") =>
    countOf(db.selectFrom(table).where("personId", "=", id).where("expiresAt", ">", now));
  const guests = db
    .selectFrom("guest")
    .where("inviterId", "=", id)
    .where("revokedAt", "is", null)
    .where("endsAt", ">", now);
  return {
    grants: await count("accessGrant"),
    passkeys: await count("passkey"),
    sessions: await current("session"),
    tokens: await count("apiToken"),
    invitations: await current("invitation"),
    guests: await countOf(guests),
  };
}

async function removeTraces(db: Transaction<Schema>, id: string, at: number): Promise<void> {
  for (const table of ["accessGrant", "passkey", "session", "apiToken", "invitation"] as const) {
    await db.deleteFrom(table).where("personId", "=", id).execute();
  }
  await db
    .updateTable("guest")
    .set({ revokedAt: at })
    .where("inviterId", "=", id)
    .where("revokedAt", "is", null)
    .execute();
}

/**
 * Makes transactions about one person wait for each other, so that a lock-out or a deletion cannot come
 * between a check and the change that relies on it.
 * @returns undefined when the person does not exist
 */
export async function lockPerson(db: Transaction<Schema>, id: string): Promise<Person | undefined> {
  await db
    .updateTable("person")
    .set((person) => ({ isActive: person.ref("isActive") }))
    .where("id", "=", id)
    .execute();
  return findPerson(db, "id", id);
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
    await db
      .updateTable("person")
      .set(columns)
      .where("id", "=", id)
      .where("deletedAt", "is", null)
      .execute();
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

function toCounted(row: Selectable<PersonTable> & { readonly passkeys: number | null }) {
  return { ...toPerson(row), passkeys: row.passkeys ?? 0 };
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
    .where("deletedAt", "is", null)
    .executeTakeFirst();
  return row && toPerson(row);
}
