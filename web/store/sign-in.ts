/** Passkeys, invitations, sign-in attempts and sessions. */
import type { Kysely, Selectable, Transaction } from "kysely";
import type { ChangeAction } from "../api.ts";
import { fieldChanges, recordedFields } from "../domain/changes.ts";
import type { Passkey, Person } from "../domain/entities.ts";
import { canSignIn, isLastAdministrator, lockAdministrators } from "./administrators.ts";
import { recordChanges } from "./change-record.ts";
import type { Database } from "./database.ts";
import { lockPerson, toPerson } from "./people.ts";
import { portions } from "./portions.ts";
import type { PasskeyTable, Schema } from "./schema.ts";
import type { Store } from "./store.ts";

type Passkeys = Pick<
  Store,
  | "passkey"
  | "passkeysOf"
  | "usePasskey"
  | "removePasskeys"
  | "addPasskey"
  | "renamePasskey"
  | "removePasskey"
>;
type Invitations = Pick<Store, "createInvitation" | "invitation" | "acceptInvitation">;
type Attempts = Pick<Store, "createSignInAttempt" | "takeSignInAttempt">;
type Sessions = Pick<
  Store,
  "createSession" | "session" | "sessions" | "wasLockedOut" | "deleteSession" | "deleteSessionsOf"
>;

export function signInWith(database: Database): Passkeys & Invitations & Attempts & Sessions {
  return {
    ...passkeysIn(database),
    ...invitationsIn(database),
    ...attemptsIn(database),
    ...sessionsIn(database),
  };
}

function passkeysIn(database: Database): Passkeys {
  return {
    passkey: (credentialId) =>
      database.read(async (db) => {
        const row = await db
          .selectFrom("passkey")
          .selectAll()
          .where("credentialId", "=", credentialId)
          .executeTakeFirst();
        return row && toPasskey(row);
      }),

    passkeysOf: (personId) =>
      database.read(async (db) => {
        const rows = await db
          .selectFrom("passkey")
          .selectAll()
          .where("personId", "=", personId)
          .orderBy("createdAt")
          .orderBy("credentialId")
          .execute();
        return rows.map(toPasskey);
      }),

    usePasskey: (credentialId, counter, at) =>
      database.write(async (db) => {
        await db
          .updateTable("passkey")
          .set({ counter, lastUsedAt: at })
          .where("credentialId", "=", credentialId)
          .where("counter", "<=", counter)
          .execute();
      }),

    removePasskeys: (personId, methods, author) =>
      database.write(async (db) => {
        await lockAdministrators(db);
        // A registration that is in progress comes before or after this, not in the middle.
        const person = await lockPerson(db, personId);
        if (person === undefined) return { type: "unknown" };
        if (methods !== null) {
          const canStillSignIn = person.oidcSubject !== null && methods.hasOidc;
          if (!canStillSignIn && (await isLastAdministrator(db, person, methods))) {
            return { type: "last-administrator" };
          }
        }
        await db.deleteFrom("invitation").where("personId", "=", personId).execute();
        await db.deleteFrom("session").where("personId", "=", personId).execute();
        const removed = await db
          .selectFrom("passkey")
          .selectAll()
          .where("personId", "=", personId)
          .execute();
        await db.deleteFrom("passkey").where("personId", "=", personId).execute();
        const changes = removed.map((passkey) => passkeyChange("removed", passkey, null));
        await recordChanges(db, author, changes);
        return { type: "changed", value: removed.length };
      }),

    addPasskey: (passkey, most, author) =>
      database.write(async (db) => {
        if (!(await lockActive(db, passkey.personId))) return false;
        const known = await db
          .selectFrom("passkey")
          .select("credentialId")
          .where("personId", "=", passkey.personId)
          .execute();
        if (known.length >= most) return false;
        await insertPasskey(db, passkey);
        await recordChanges(db, author, [passkeyChange("added", null, passkey)]);
        return true;
      }),

    renamePasskey: (personId, credentialId, name, author) =>
      database.write(async (db) => {
        await lockPerson(db, personId);
        const before = await passkeyOf(db, personId, credentialId);
        if (before === undefined) return false;
        await db
          .updateTable("passkey")
          .set({ name })
          .where("credentialId", "=", credentialId)
          .execute();
        const change = passkeyChange("changed", before, { ...before, name });
        await recordChanges(db, author, [change]);
        return true;
      }),

    removePasskey: (personId, credentialId, { keeps, isLastAllowed, methods }, author) =>
      database.write(async (db) => {
        await lockAdministrators(db);
        const person = await lockPerson(db, personId);
        const passkey = await passkeyOf(db, personId, credentialId);
        if (person === undefined || passkey === undefined) return { type: "unknown" };
        if (!(await canSignIn(db, person, methods, credentialId))) {
          if (await isLastAdministrator(db, person, methods)) return { type: "last-administrator" };
          if (!isLastAllowed) return { type: "last-way-in" };
        }
        await db.deleteFrom("passkey").where("credentialId", "=", credentialId).execute();
        await db
          .deleteFrom("session")
          .where("personId", "=", personId)
          .where("tokenHash", "!=", keeps)
          .where(({ or, eb }) =>
            or([eb("credentialId", "=", credentialId), eb("credentialId", "is", null)]),
          )
          .execute();
        await recordChanges(db, author, [passkeyChange("removed", passkey, null)]);
        return { type: "changed", value: null };
      }),
  };
}

function invitationsIn(database: Database): Invitations {
  return {
    createInvitation: ({ tokenHash, personId, expiresAt, createdAt }, author) =>
      database.write(async (db) => {
        if (!(await lockActive(db, personId))) return false;
        await db
          .insertInto("invitation")
          .values({ tokenHash, personId, expiresAt, createdAt })
          .onConflict((conflict) =>
            conflict.column("personId").doUpdateSet({ tokenHash, expiresAt, createdAt }),
          )
          .execute();
        const fields = fieldChanges(recordedFields.invitation, null, { expiresAt });
        await recordChanges(db, author, [
          { ...about("invitation", personId, personId), action: "added", fields },
        ]);
        return true;
      }),

    invitation: (tokenHash, now) =>
      database.read((db) =>
        db
          .selectFrom("invitation")
          .innerJoin("person", "person.id", "invitation.personId")
          .selectAll("invitation")
          .where("tokenHash", "=", tokenHash)
          .where("expiresAt", ">", now)
          .where("person.isActive", "=", 1)
          .executeTakeFirst(),
      ),

    acceptInvitation: (tokenHash, passkey, now) =>
      database.write(async (db) => {
        const { personId } = passkey;
        if (!(await lockActive(db, personId))) return false;
        if (!(await takeInvitation(db, tokenHash, personId, now))) return false;
        await insertPasskey(db, passkey);
        const author = { by: "person", personId, at: now } as const;
        await recordChanges(db, author, [passkeyChange("added", null, passkey)]);
        return true;
      }),
  };
}

/** Of concurrent attempts, only one deletes the invitation. */
async function takeInvitation(
  db: Transaction<Schema>,
  tokenHash: string,
  personId: string,
  now: number,
): Promise<boolean> {
  const result = await db
    .deleteFrom("invitation")
    .where("tokenHash", "=", tokenHash)
    .where("personId", "=", personId)
    .where("expiresAt", ">", now)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

function attemptsIn(database: Database): Attempts {
  return {
    createSignInAttempt: ({ tokenHash, kind, expiresAt }) =>
      database.write(async (db) => {
        await db.insertInto("signInAttempt").values({ tokenHash, kind, expiresAt }).execute();
      }),

    takeSignInAttempt: (tokenHash, kind, now) =>
      database.write(async (db) => {
        const result = await db
          .deleteFrom("signInAttempt")
          .where("tokenHash", "=", tokenHash)
          .where("kind", "=", kind)
          .where("expiresAt", ">", now)
          .executeTakeFirst();
        return result.numDeletedRows > 0n;
      }),
  };
}

function sessionsIn(database: Database): Sessions {
  return {
    createSession: ({ tokenHash, personId, csrfToken, createdAt, expiresAt }, credentialId) =>
      database.write(async (db) => {
        if (!(await lockActive(db, personId))) return false;
        if (credentialId !== null && !(await passkeyOf(db, personId, credentialId))) return false;
        await db
          .insertInto("session")
          .values({
            ...{ tokenHash, personId, csrfToken, createdAt, expiresAt },
            ...{ isLockedOut: 0, credentialId },
          })
          .execute();
        return true;
      }),

    session: (tokenHash, now) =>
      database.read(async (db) => {
        const row = await db
          .selectFrom("session")
          .innerJoin("person", "person.id", "session.personId")
          .selectAll("person")
          .select(["tokenHash", "csrfToken", "session.createdAt as begunAt", "expiresAt"])
          .select("session.credentialId")
          .where("tokenHash", "=", tokenHash)
          .where("expiresAt", ">", now)
          .where("isLockedOut", "=", 0)
          .where("person.isActive", "=", 1)
          .executeTakeFirst();
        if (row === undefined) return undefined;
        const person = toPerson(row);
        const { csrfToken, begunAt: createdAt, expiresAt, credentialId } = row;
        return {
          session: { tokenHash, personId: person.id, csrfToken, createdAt, expiresAt },
          person,
          credentialId,
        };
      }),

    sessions: async (tokenHashes, now) => {
      const people = new Map<string, Person>();
      for await (const some of portions(tokenHashes)) {
        const rows = await database.read((db) =>
          db
            .selectFrom("session")
            .innerJoin("person", "person.id", "session.personId")
            .selectAll("person")
            .select("tokenHash")
            .where("tokenHash", "in", some)
            .where("expiresAt", ">", now)
            .where("isLockedOut", "=", 0)
            .where("person.isActive", "=", 1)
            .execute(),
        );
        for (const row of rows) people.set(row.tokenHash, toPerson(row));
      }
      return people;
    },

    wasLockedOut: (tokenHash, now) =>
      database.read(async (db) => {
        const row = await db
          .selectFrom("session")
          .innerJoin("person", "person.id", "session.personId")
          .select("tokenHash")
          .where("tokenHash", "=", tokenHash)
          .where("expiresAt", ">", now)
          .where("isLockedOut", "=", 1)
          .where("person.isActive", "=", 0)
          .executeTakeFirst();
        return row !== undefined;
      }),

    deleteSession: (tokenHash) =>
      database.write(async (db) => {
        await db.deleteFrom("session").where("tokenHash", "=", tokenHash).execute();
        await db.deleteFrom("guestSession").where("tokenHash", "=", tokenHash).execute();
      }),

    deleteSessionsOf: (personId) =>
      database.write(async (db) => {
        const result = await db
          .deleteFrom("session")
          .where("personId", "=", personId)
          .executeTakeFirst();
        return Number(result.numDeletedRows);
      }),
  };
}

async function passkeyOf(
  db: Kysely<Schema>,
  personId: string,
  credentialId: string,
): Promise<Selectable<PasskeyTable> | undefined> {
  return db
    .selectFrom("passkey")
    .selectAll()
    .where("credentialId", "=", credentialId)
    .where("personId", "=", personId)
    .executeTakeFirst();
}

async function insertPasskey(db: Transaction<Schema>, passkey: Passkey): Promise<void> {
  const { credentialId, personId, publicKey, counter, rpId, name, createdAt, lastUsedAt } = passkey;
  const transports = JSON.stringify(passkey.transports);
  await db
    .insertInto("passkey")
    .values({
      ...{ credentialId, personId, publicKey, counter, transports },
      ...{ rpId, name, createdAt, lastUsedAt },
    })
    .execute();
}

/** See {@link lockPerson}. @returns whether the person exists and is active */
async function lockActive(db: Transaction<Schema>, id: string): Promise<boolean> {
  return (await lockPerson(db, id))?.isActive === true;
}

type NamedPasskey = Pick<Passkey, "credentialId" | "personId" | "name">;

function passkeyChange(
  action: ChangeAction,
  before: NamedPasskey | null,
  after: NamedPasskey | null,
) {
  const { credentialId = "", personId = "" } = after ?? before ?? {};
  const fields = fieldChanges(recordedFields.passkey, before, after);
  return { ...about("passkey", credentialId, personId), action, fields };
}

function about(subject: "passkey" | "invitation", subjectId: string, personId: string) {
  return { subject, subjectId, personId, gateId: null };
}

function toPasskey(row: Selectable<PasskeyTable>): Passkey {
  return { ...row, transports: JSON.parse(row.transports) as readonly string[] };
}
