/** The guests and their sessions. */
import { type Kysely, type SqlBool, sql } from "kysely";
import type { ChangeAction, GuestState } from "../api.ts";
import { fieldChanges, recordedFields } from "../domain/changes.ts";
import type { Guest, InvitedGuest } from "../domain/entities.ts";
import { requireAlive } from "./alive.ts";
import { recordChanges } from "./change-record.ts";
import type { Database } from "./database.ts";
import { formatPosition } from "./history-position.ts";
import { livingName } from "./living-name.ts";
import { isOlder, pageOf } from "./paging.ts";
import { portions } from "./portions.ts";
import type { Flag, Schema } from "./schema.ts";
import type { Store } from "./store.ts";

type Guests = Pick<
  Store,
  | "createGuest"
  | "guest"
  | "guestByToken"
  | "revokeGuest"
  | "guestsPage"
  | "createGuestSession"
  | "guestSession"
  | "guestSessions"
>;

/** A link may be forwarded to a few people, but it must not fill the database. */
const mostSessions = 10;

export function guestsIn(database: Database): Guests {
  return {
    createGuest: (guest, author) =>
      database.write(async (db) => {
        await requireAlive(db, { people: [guest.inviterId], gates: [guest.gateId] });
        await db.insertInto("guest").values(guest).execute();
        await recordChanges(db, author, [guestChange("added", null, guest)]);
      }),

    guest: (id) => database.read((db) => oneGuest(db, "guest.id", id)),

    guestByToken: (tokenHash) => database.read((db) => oneGuest(db, "guest.tokenHash", tokenHash)),

    revokeGuest: (id, at, author) =>
      database.write(async (db) => {
        const result = await db
          .updateTable("guest")
          .set({ revokedAt: at })
          .where("id", "=", id)
          .where("revokedAt", "is", null)
          .executeTakeFirst();
        const guest = await oneGuest(db, "guest.id", id);
        if (guest !== undefined && result.numUpdatedRows > 0n) {
          await recordChanges(db, author, [guestChange("removed", guest, null)]);
        }
        return guest !== undefined;
      }),

    guestsPage: ({ gateId, state, now, after, limit }) =>
      database.read(async (db) => {
        let query = invitedGuests(db);
        if (gateId !== undefined) query = query.where("guest.gateId", "=", gateId);
        if (state !== undefined) query = query.where(isIn(state, now));
        if (after !== undefined) query = query.where(isOlder(after, "guest.endsAt", "guest.id"));
        const rows = await query
          .orderBy("guest.endsAt", "desc")
          .orderBy("guest.id", "desc")
          .limit(limit + 1)
          .execute();
        const { entries, next } = pageOf(rows, limit, ({ endsAt, id }) =>
          formatPosition({ at: endsAt, id }),
        );
        return { guests: entries.map(toInvited), next };
      }),

    createGuestSession: (session) =>
      database.write(async (db) => {
        const { guestId } = session;
        // A revocation comes before or after this, not in the middle.
        const lock = await db
          .updateTable("guest")
          .set((guest) => ({ used: guest.ref("used") }))
          .where("id", "=", guestId)
          .where("revokedAt", "is", null)
          .executeTakeFirst();
        if (lock.numUpdatedRows === 0n) return false;
        const before = await db
          .selectFrom("guestSession")
          .select("tokenHash")
          .where("guestId", "=", guestId)
          .orderBy("createdAt", "desc")
          .orderBy("tokenHash")
          .execute();
        const old = before.slice(mostSessions - 1).map(({ tokenHash }) => tokenHash);
        if (old.length > 0) {
          await db.deleteFrom("guestSession").where("tokenHash", "in", old).execute();
        }
        await db.insertInto("guestSession").values(session).execute();
        return true;
      }),

    guestSession: (tokenHash) =>
      database.read(async (db) => {
        const row = await withSessions(db)
          .select(["guestSession.csrfToken", "guestSession.createdAt as begunAt"])
          .where("guestSession.tokenHash", "=", tokenHash)
          .executeTakeFirst();
        if (row === undefined) return undefined;
        const { sessionHash: _, csrfToken, begunAt: createdAt, ...guest } = row;
        return {
          session: { tokenHash, guestId: guest.id, csrfToken, createdAt },
          guest: toInvited(guest),
        };
      }),

    guestSessions: async (tokenHashes) => {
      const guests = new Map<string, InvitedGuest>();
      for await (const some of portions(tokenHashes)) {
        const rows = await database.read((db) =>
          withSessions(db).where("guestSession.tokenHash", "in", some).execute(),
        );
        for (const { sessionHash, ...guest } of rows) guests.set(sessionHash, toInvited(guest));
      }
      return guests;
    },
  };
}

function invitedGuests(db: Kysely<Schema>) {
  return db
    .selectFrom("guest")
    .innerJoin("person", "person.id", "guest.inviterId")
    .selectAll("guest")
    .select([livingName("person").as("inviterName"), "person.isActive as isInviterActive"]);
}

function withSessions(db: Kysely<Schema>) {
  return invitedGuests(db)
    .innerJoin("guestSession", "guestSession.guestId", "guest.id")
    .select("guestSession.tokenHash as sessionHash");
}

async function oneGuest(
  db: Kysely<Schema>,
  column: "guest.id" | "guest.tokenHash",
  value: string,
): Promise<InvitedGuest | undefined> {
  const row = await invitedGuests(db).where(column, "=", value).executeTakeFirst();
  return row && toInvited(row);
}

/** The same as `guestState` in `domain/guests.ts`; a test compares them. */
function isIn(state: GuestState, now: number) {
  const isRevoked = sql`guest.revoked_at is not null`;
  const isOver = sql`guest.ends_at <= ${now}`;
  const isUsedUp = sql`guest.used >= guest.openings`;
  const isEarly = sql`guest.starts_at > ${now}`;
  switch (state) {
    case "revoked":
      return sql<SqlBool>`${isRevoked}`;
    case "ended":
      return sql<SqlBool>`not ${isRevoked} and ${isOver}`;
    case "used-up":
      return sql<SqlBool>`not ${isRevoked} and not ${isOver} and ${isUsedUp}`;
    case "upcoming":
      return sql<SqlBool>`not ${isRevoked} and not ${isOver} and not ${isUsedUp} and ${isEarly}`;
    case "valid":
      return sql<SqlBool>`not ${isRevoked} and not ${isOver} and not ${isUsedUp} and not ${isEarly}`;
  }
}

interface GuestRow extends Guest {
  readonly inviterName: string | null;
  readonly isInviterActive: Flag;
}

function toInvited(row: GuestRow): InvitedGuest {
  return { ...row, isInviterActive: row.isInviterActive === 1 };
}

function guestChange(action: ChangeAction, before: Guest | null, after: Guest | null) {
  const { id = "", inviterId: personId = null, gateId = null } = after ?? before ?? {};
  const fields = fieldChanges(recordedFields.guest, before, after);
  return { subject: "guest", subjectId: id, personId, gateId, action, fields } as const;
}
