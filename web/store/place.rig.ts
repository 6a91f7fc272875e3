/** A database for one test, SQLite or PostgreSQL, and people and gates for it. */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type {
  Gate,
  Grant,
  Guest,
  OpenRequest,
  Passkey,
  Person,
  Session,
} from "../domain/entities.ts";
import type { Database } from "./database.ts";
import { storeOn } from "./sql-store.ts";
import { connectSqlite } from "./sqlite.ts";
import type { Store } from "./store.ts";

export interface StorePlace {
  /** the location for `openStore` */
  readonly location: string;
  /** opens another instance on the same database, which is empty at first */
  open(busyTimeoutMs?: number): Promise<Store>;
  /** what all of them have sent to the database */
  readonly queries: string[];
  /** the database itself, which no store has migrated */
  connect(): Promise<Database>;
  /** locks the database, like another program @returns a function that unlocks it */
  lock(): Promise<() => Promise<void>>;
  remove(): Promise<void>;
}

export async function sqlitePlace(): Promise<StorePlace> {
  const folder = await mkdtemp(join(tmpdir(), "boom-box-store-"));
  const file = join(folder, "data", "boom-box.db");
  const stores: Store[] = [];
  const queries: string[] = [];
  return {
    location: file,
    queries,
    connect: async () => (await connectSqlite({ file })).database,
    open: async (busyTimeoutMs = 5000) => {
      const { database } = await connectSqlite({
        file,
        busyTimeoutMs,
        onQuery: (text) => queries.push(text),
      });
      const store = await storeOn(database);
      stores.push(store);
      return store;
    },
    lock: async () => {
      const { libsql } = await connectSqlite({ file });
      libsql.exec("begin immediate");
      return async () => {
        libsql.exec("rollback");
        libsql.close();
      };
    },
    remove: async () => {
      for (const store of stores) await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** 9 November 2025, 12:00 UTC */
export const noon = Date.UTC(2025, 10, 9, 12);

export function aPerson(changes: Partial<Person> = {}): Person {
  return {
    id: randomUUID(),
    name: "Ada",
    email: null,
    isAdministrator: false,
    isActive: true,
    oidcSubject: null,
    createdAt: noon,
    lastSeenAt: null,
    ...changes,
  };
}

export function aPasskey(personId: string, changes: Partial<Passkey> = {}): Passkey {
  return {
    credentialId: randomUUID(),
    personId,
    publicKey: "pQECAyYgASFYIA",
    counter: 0,
    transports: ["internal", "hybrid"],
    rpId: "gate.example",
    name: "",
    createdAt: noon,
    lastUsedAt: null,
    ...changes,
  };
}

export function aSession(personId: string, changes: Partial<Session> = {}): Session {
  return {
    tokenHash: randomUUID(),
    personId,
    csrfToken: "c",
    createdAt: noon,
    expiresAt: noon + 1000,
    ...changes,
  };
}

export function aGate(changes: Partial<Gate> = {}): Gate {
  return {
    id: "north",
    name: "North gate",
    thingName: "box-1",
    output: null,
    timeZone: "Europe/Berlin",
    isActive: true,
    ...changes,
  };
}

export function aGrant(personId: string, gateId: string, changes: Partial<Grant> = {}): Grant {
  return {
    id: randomUUID(),
    personId,
    gateId,
    days: [1, 2, 3],
    fromMinute: 0,
    toMinute: 1440,
    startsAt: null,
    endsAt: null,
    onHolidays: true,
    ...changes,
  };
}

/** Valid for an hour, three times. */
export function aGuest(gateId: string, inviterId: string, changes: Partial<Guest> = {}): Guest {
  return {
    id: randomUUID(),
    tokenHash: randomUUID(),
    gateId,
    name: "Max",
    note: "",
    inviterId,
    startsAt: noon,
    endsAt: noon + 3_600_000,
    openings: 3,
    used: 0,
    revokedAt: null,
    createdAt: noon,
    ...changes,
  };
}

export function aRequest(changes: Partial<OpenRequest> = {}): OpenRequest {
  return {
    id: randomUUID(),
    gateId: "north",
    personId: null,
    guestId: null,
    state: "recorded",
    reason: null,
    at: noon,
    sentAt: null,
    endedAt: null,
    pulseMs: null,
    address: "192.0.2.1",
    via: null,
    ...changes,
  };
}
