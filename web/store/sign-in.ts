/** Passkeys, invitations, sign-in attempts and sessions. */
import type { Selectable, Transaction } from "kysely";
import type { Passkey, Person } from "../domain/entities.ts";
import { canAnyoneAdminister, lockAdministrators } from "./administrators.ts";
import type { Database } from "./database.ts";
import { findPerson, isInCharge, toPerson } from "./people.ts";
import { portions } from "./portions.ts";
import type { PasskeyTable, Schema } from "./schema.ts";
import type { Store } from "./store.ts";

type SignIn = Pick<
  Store,
  | "passkey"
  | "passkeysOf"
  | "usePasskey"
  | "removePasskeys"
  | "createInvitation"
  | "invitation"
  | "acceptInvitation"
  | "createSignInAttempt"
  | "takeSignInAttempt"
  | "createSession"
  | "session"
  | "sessions"
  | "wasLockedOut"
  | "deleteSession"
  | "deleteSessionsOf"
>;

export function signInWith(database: Database): SignIn {
  return {
    ...passkeysIn(database),
    ...invitationsIn(database),
    ...attemptsIn(database),
    ...sessionsIn(database),
  };
}

function passkeysIn(
  database: Database,
): Pick<Store, "passkey" | "passkeysOf" | "usePasskey" | "removePasskeys"> {
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

    removePasskeys: (personId, methods) =>
      database.write(async (db) => {
        await lockAdministrators(db);
        // A registration that is in progress comes before or after this, not in the middle.
        await lockPerson(db, personId);
        const person = await findPerson(db, "id", personId);
        if (person === undefined) return { type: "unknown" };
        if (methods !== null) {
          const canStillSignIn = person.oidcSubject !== null && methods.hasOidc;
          const isOut = isInCharge(person) && !canStillSignIn;
          if (isOut && !(await canAnyoneAdminister(db, methods, personId))) {
            return { type: "last-administrator" };
          }
        }
        await db.deleteFrom("invitation").where("personId", "=", personId).execute();
        await db.deleteFrom("session").where("personId", "=", personId).execute();
        const removed = await db
          .deleteFrom("passkey")
          .where("personId", "=", personId)
          .executeTakeFirst();
        return { type: "changed", value: Number(removed.numDeletedRows) };
      }),
  };
}

function invitationsIn(
  database: Database,
): Pick<Store, "createInvitation" | "invitation" | "acceptInvitation"> {
  return {
    createInvitation: ({ tokenHash, personId, expiresAt, createdAt }) =>
      database.write(async (db) => {
        if (!(await lockPerson(db, personId))) return false;
        await db
          .insertInto("invitation")
          .values({ tokenHash, personId, expiresAt, createdAt })
          .onConflict((conflict) =>
            conflict.column("personId").doUpdateSet({ tokenHash, expiresAt, createdAt }),
          )
          .execute();
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
        if (!(await lockPerson(db, passkey.personId))) return false;
        if (!(await takeInvitation(db, tokenHash, passkey.personId, now))) return false;
        await db
          .insertInto("passkey")
          .values({
            credentialId: passkey.credentialId,
            personId: passkey.personId,
            publicKey: passkey.publicKey,
            counter: passkey.counter,
            transports: JSON.stringify(passkey.transports),
            rpId: passkey.rpId,
            createdAt: passkey.createdAt,
            lastUsedAt: passkey.lastUsedAt,
          })
          .execute();
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

function attemptsIn(database: Database): Pick<Store, "createSignInAttempt" | "takeSignInAttempt"> {
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

function sessionsIn(
  database: Database,
): Pick<
  Store,
  "createSession" | "session" | "sessions" | "wasLockedOut" | "deleteSession" | "deleteSessionsOf"
> {
  return {
    createSession: ({ tokenHash, personId, csrfToken, createdAt, expiresAt }, credentialId) =>
      database.write(async (db) => {
        if (!(await lockPerson(db, personId))) return false;
        if (credentialId !== null && !(await hasPasskey(db, personId, credentialId))) return false;
        await db
          .insertInto("session")
          .values({ tokenHash, personId, csrfToken, createdAt, expiresAt, isLockedOut: 0 })
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
          .where("tokenHash", "=", tokenHash)
          .where("expiresAt", ">", now)
          .where("isLockedOut", "=", 0)
          .where("person.isActive", "=", 1)
          .executeTakeFirst();
        if (row === undefined) return undefined;
        const person = toPerson(row);
        const { csrfToken, begunAt: createdAt, expiresAt } = row;
        return {
          session: { tokenHash, personId: person.id, csrfToken, createdAt, expiresAt },
          person,
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

async function hasPasskey(
  db: Transaction<Schema>,
  personId: string,
  credentialId: string,
): Promise<boolean> {
  const row = await db
    .selectFrom("passkey")
    .select("credentialId")
    .where("credentialId", "=", credentialId)
    .where("personId", "=", personId)
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * Makes transactions about one person wait for each other, so that a lock-out cannot come between a
 * check and the change that relies on it.
 * @returns whether the person exists and is active
 */
async function lockPerson(db: Transaction<Schema>, id: string): Promise<boolean> {
  const result = await db
    .updateTable("person")
    .set((person) => ({ isActive: person.ref("isActive") }))
    .where("id", "=", id)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n && (await findPerson(db, "id", id))?.isActive === true;
}

function toPasskey(row: Selectable<PasskeyTable>): Passkey {
  return { ...row, transports: JSON.parse(row.transports) as readonly string[] };
}
