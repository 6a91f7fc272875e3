/**
 * What the service stores: people, gates, grants, and a record of every request. Every database fulfils
 * one contract (`store.contract.ts`). Each call is one transaction: when its promise resolves, the change
 * is on the disk; when it rejects, nothing has changed. One exception: when the connection to a database
 * server breaks in the middle of a commit (`unavailable`), the outcome is unknown.
 *
 * Every call may reject with a {@link StoreError}. The records have no foreign keys, so that a request for an
 * unknown gate can be recorded too. A deleted person or gate keeps a row, to which the records refer; no call
 * but those for records finds it.
 *
 * `author` is who changes something. With it, the change is recorded in the same transaction; without it,
 * nothing is recorded.
 */

import type { GateEventName } from "../../device/messages/gate.ts";
import type {
  ChangesQuery,
  GatesSort,
  GateTraces,
  GuestState,
  HistoryQuery,
  PeopleSort,
  PersonTraces,
} from "../api.ts";
import type { Author, Change } from "../domain/changes.ts";
import type {
  ApiToken,
  Delivery,
  ForeignEvent,
  Gate,
  Grant,
  Guest,
  GuestSession,
  Holiday,
  HolidayList,
  Invitation,
  InvitedGuest,
  OpenRequest,
  OtherCommandEvent,
  Passkey,
  Person,
  RequestStep,
  Session,
  SignInAttempt,
  Webhook,
} from "../domain/entities.ts";
import type { HolidayWindow, KnownHoliday } from "../domain/holidays.ts";
import type { RateVerdict } from "../domain/rate-limit.ts";
import type { ChangeFeed } from "./changes.ts";

/** Why something was not stored. The caller handles a `conflict`; the operator fixes the others. */
export class StoreError extends Error {
  readonly kind: "conflict" | "busy" | "full" | "unavailable";
  constructor(kind: StoreError["kind"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "StoreError";
    this.kind = kind;
  }
}

/** How people can sign in with the current settings. */
export interface SignInMethods {
  /** the host name that passkeys must belong to */
  readonly rpId: string;
  /** whether there is a provider, so that a person with an `oidcSubject` can sign in */
  readonly hasOidc: boolean;
}

export type GuardedChange<T> =
  | { readonly type: "changed"; readonly value: T }
  /** the id is unknown */
  | { readonly type: "unknown" }
  /** nothing was changed, because no other administrator can sign in */
  | { readonly type: "last-administrator" };

export interface SignedInSession {
  readonly session: Session;
  readonly person: Person;
  /** the passkey that began the session; null: another way to sign in, or not known */
  readonly credentialId: string | null;
}

export type NamedChange = Change & {
  readonly authorName: string | null;
  readonly personName: string | null;
  readonly gateName: string | null;
};

/** What a tap needs from its arrival to its outcome. */
export type TapStore = Pick<
  Store,
  | "session"
  | "gate"
  | "grants"
  | "request"
  | "recordRequest"
  | "advanceRequest"
  | "recordForeignEvent"
  | "person"
  | "apiToken"
  | "useApiToken"
  | "takeRate"
  | "guest"
  | "guestSession"
  | "holidaysBetween"
>;

/** What is absent or undefined stays. */
export type WebhookChanges = {
  readonly [Name in "url" | "events" | "gateId" | "isActive"]?: Webhook[Name] | undefined;
};

export interface Rate {
  /** how many are allowed at once, 1 or more */
  readonly burst: number;
  /** after how long one more is allowed, in ms */
  readonly everyMs: number;
}

export interface RateStore {
  /**
   * Takes one of what `key` may do. A refused attempt costs nothing.
   * @param key belongs to one rate
   * @param now ms since 1970
   * @throws StoreError
   */
  takeRate(key: string, rate: Rate, now: number): Promise<RateVerdict>;
}

export interface Store extends RateStore {
  /** What changes, between the instances of the service. */
  readonly changes: ChangeFeed;
  /**
   * The same database by a way of its own, on which nothing else waits: somebody is standing at a gate. With
   * SQLite there is only one way, so everything else must work in small parts.
   */
  readonly forTaps: TapStore;

  // people
  /** @throws StoreError conflict when id or oidcSubject is already used; so does updatePerson */
  createPerson(person: Person, author?: Author): Promise<void>;
  /** @returns undefined when the id is unknown */
  updatePerson(
    id: string,
    changes: Partial<Omit<Person, "id" | "createdAt" | "isAdministrator" | "isActive">>,
  ): Promise<Person | undefined>;
  /**
   * Like updatePerson, for rights too. A person who becomes inactive loses all sessions and invitations.
   * It keeps the last administrator: check and change are one, also for several instances.
   */
  changePerson(
    id: string,
    changes: Partial<Omit<Person, "id" | "createdAt">>,
    methods: SignInMethods,
    author?: Author,
  ): Promise<GuardedChange<Person>>;
  /**
   * Deletes the person with all ways to sign in, grants and tokens, and revokes the links of the guests whom
   * the person has invited. It keeps the last administrator, like changePerson. The value is what it has
   * deleted.
   */
  deletePerson(
    id: string,
    methods: SignInMethods,
    author: Author,
  ): Promise<GuardedChange<PersonTraces>>;
  /** What deletePerson would delete. @returns undefined when the id is unknown */
  personTraces(id: string, now: number): Promise<PersonTraces | undefined>;
  /** Whether at least one active administrator can sign in. */
  hasAdministrator(methods: SignInMethods): Promise<boolean>;
  /** The active administrators, the oldest first. @param name only those with this name */
  administrators(name?: string): Promise<readonly Person[]>;
  /** Whether anybody has this name. */
  hasName(name: string): Promise<boolean>;
  /** Whether anybody ever had a passkey that was not removed, or an account at the provider. */
  hasAnyoneSignedIn(): Promise<boolean>;
  person(id: string): Promise<Person | undefined>;
  /** How many of these ids belong to people. */
  countPeople(ids: readonly string[]): Promise<number>;
  personByOidc(oidcSubject: string): Promise<Person | undefined>;
  people(): Promise<readonly (Person & { readonly passkeys: number })[]>;

  /**
   * `search`: those whose name or address contains each of its words. `sort`: by default, the oldest first;
   * those seen last come first.
   * @throws RangeError when `after` is not a position in this order
   */
  peoplePage(query: {
    readonly search?: string;
    readonly sort?: PeopleSort;
    readonly after?: string;
    readonly limit: number;
  }): Promise<{
    readonly people: readonly (Person & { readonly passkeys: number })[];
    /** how many there are on all pages */
    readonly total: number;
    readonly next: string | null;
  }>;

  // passkeys, invitations, sessions
  passkey(credentialId: string): Promise<Passkey | undefined>;
  passkeysOf(personId: string): Promise<readonly Passkey[]>;
  /** The counter never decreases. */
  usePasskey(credentialId: string, counter: number, at: number): Promise<void>;
  /**
   * Also ends the person's sessions, and the invitation, which would register a new passkey. It keeps
   * the last administrator, like changePerson. The value is how many passkeys were removed.
   * @param methods null: also those of the last administrator
   */
  removePasskeys(
    personId: string,
    methods: SignInMethods | null,
    author?: Author,
  ): Promise<GuardedChange<number>>;
  /**
   * @param most how many one person may have
   * @returns false when the person has that many, is inactive or unknown
   * @throws StoreError conflict when the credential already exists
   */
  addPasskey(passkey: Passkey, most: number, author: Author): Promise<boolean>;
  /** @returns false when the person has no such passkey */
  renamePasskey(
    personId: string,
    credentialId: string,
    name: string,
    author: Author,
  ): Promise<boolean>;
  /**
   * Also ends the sessions that the passkey began, and those of which this is not known, but for one. It keeps
   * the last administrator, like changePerson.
   * @param keeps the tokenHash of the session that goes on
   * @param isLastAllowed whether the person may be left without a way to sign in
   */
  removePasskey(
    personId: string,
    credentialId: string,
    options: {
      readonly keeps: string;
      readonly isLastAllowed: boolean;
      readonly methods: SignInMethods;
    },
    author: Author,
  ): Promise<GuardedChange<null> | { readonly type: "last-way-in" }>;
  /**
   * Replaces the person's earlier invitation.
   * @returns false when the person is inactive or unknown
   */
  createInvitation(invitation: Invitation, author?: Author): Promise<boolean>;
  /** @returns undefined when it has expired, or the person is inactive */
  invitation(tokenHash: string, now: number): Promise<Invitation | undefined>;
  /**
   * Uses up the invitation and stores the passkey, both or neither.
   * @returns false when it was already used, has expired, or belongs to another person
   * @throws StoreError conflict when the credential already exists
   */
  acceptInvitation(tokenHash: string, passkey: Passkey, now: number): Promise<boolean>;
  createSignInAttempt(attempt: SignInAttempt): Promise<void>;
  /** Uses up the attempt. @returns false when it is unknown, used, expired or of another kind */
  takeSignInAttempt(tokenHash: string, kind: SignInAttempt["kind"], now: number): Promise<boolean>;
  /**
   * @param credentialId the passkey that was used; null for another way to sign in
   * @returns false when the person is inactive, or the passkey has been removed meanwhile
   */
  createSession(session: Session, credentialId: string | null): Promise<boolean>;
  /** @returns undefined when it has ended, or the person is inactive */
  session(tokenHash: string, now: number): Promise<SignedInSession | undefined>;
  /** Like `session` for many at once. @returns the people of those that are valid, by tokenHash */
  sessions(tokenHashes: readonly string[], now: number): Promise<ReadonlyMap<string, Person>>;
  /** Whether a lock-out ended this session, and still lasts. It forgets that when the session expires. */
  wasLockedOut(tokenHash: string, now: number): Promise<boolean>;
  /** Of a person or a guest. */
  deleteSession(tokenHash: string): Promise<void>;
  /** @returns how many sessions ended */
  deleteSessionsOf(personId: string): Promise<number>;

  // gates and grants
  /** @throws StoreError conflict when id, or thingName with output, is already used; so does updateGate */
  createGate(gate: Gate, author?: Author): Promise<void>;
  updateGate(
    id: string,
    changes: Partial<Omit<Gate, "id">>,
    author?: Author,
  ): Promise<Gate | undefined>;
  /**
   * Deletes the gate with its grants, tokens, holidays and webhooks, and revokes the links of its guests. Its id stays
   * taken, because the history refers to it.
   * @returns what it has deleted; undefined when the id is unknown
   */
  deleteGate(id: string, author: Author): Promise<GateTraces | undefined>;
  /** What deleteGate would delete. @returns undefined when the id is unknown */
  gateTraces(id: string, now: number): Promise<GateTraces | undefined>;
  /**
   * `search`: those in whose name, id, box or time zone each of its words occurs. `sort`: by default, in the
   * order of their names.
   * @throws RangeError when `after` is not a position in this order
   */
  gatesPage(query: {
    readonly search?: string;
    readonly sort?: GatesSort;
    readonly after?: string;
    readonly limit: number;
  }): Promise<{
    readonly gates: readonly Gate[];
    /** how many there are on all pages */
    readonly total: number;
    readonly next: string | null;
  }>;
  gate(id: string): Promise<Gate | undefined>;
  /** In the order of their ids. */
  gates(): Promise<readonly Gate[]>;
  /** Those of these ids that exist, in the order of their ids. */
  gatesWith(ids: readonly string[]): Promise<readonly Gate[]>;
  /** @throws StoreError conflict when the person or the gate is unknown */
  createGrant(grant: Grant, author?: Author): Promise<void>;
  /** All of them or none. @throws StoreError conflict when a person or a gate is unknown */
  createGrants(grants: readonly Grant[], author?: Author): Promise<void>;
  /**
   * @returns what it was before; undefined when it does not exist
   * @throws StoreError conflict when the person or the gate is unknown
   */
  updateGrant(grant: Grant, author?: Author): Promise<Grant | undefined>;
  /** @returns what it was; undefined when it does not exist */
  deleteGrant(id: string, author?: Author): Promise<Grant | undefined>;
  grants(filter?: {
    readonly personId?: string;
    readonly gateId?: string;
  }): Promise<readonly Grant[]>;
  /** In the order of their ids. @param query `after`: the last id of the page before */
  grantsPage(query: {
    readonly personId?: string;
    readonly gateId?: string;
    readonly after?: string;
    readonly limit: number;
  }): Promise<{
    readonly grants: readonly (Grant & { readonly personName: string })[];
    readonly next: string | null;
  }>;
  /** Like `grants` for many people at once. */
  grantsOf(personIds: readonly string[]): Promise<readonly Grant[]>;

  /** How many grants open on holidays, and how many do not. @param gateId null: at all gates */
  countGrantsByHoliday(
    gateId: string | null,
  ): Promise<{ readonly open: number; readonly closed: number }>;

  // guests
  /** @throws StoreError conflict when the person or the gate is unknown, or the token exists */
  createGuest(guest: Guest, author?: Author): Promise<void>;
  guest(id: string): Promise<InvitedGuest | undefined>;
  guestByToken(tokenHash: string): Promise<InvitedGuest | undefined>;
  /** @returns false when the id is unknown; a link that was revoked before stays as it is */
  revokeGuest(id: string, at: number, author?: Author): Promise<boolean>;
  /**
   * Those that end last come first. `state`: only those that are in it `now`.
   * @throws RangeError when `after` is not a position
   */
  guestsPage(query: {
    readonly gateId?: string;
    readonly state?: GuestState;
    readonly now: number;
    readonly after?: string;
    readonly limit: number;
  }): Promise<{ readonly guests: readonly InvitedGuest[]; readonly next: string | null }>;
  /** Keeps the guest's last ten sessions. @returns false when the link was revoked or is unknown */
  createGuestSession(session: GuestSession): Promise<boolean>;
  /** Also those of a guest whose time is over: `domain/guests.ts` decides that. */
  guestSession(
    tokenHash: string,
  ): Promise<{ readonly session: GuestSession; readonly guest: InvitedGuest } | undefined>;
  /** Like `guestSession` for many at once. @returns the guests by tokenHash */
  guestSessions(tokenHashes: readonly string[]): Promise<ReadonlyMap<string, InvitedGuest>>;

  // holidays
  /** The list with all its days. @throws StoreError conflict when the gate is unknown */
  createHolidays(list: HolidayList, days: readonly Holiday[], author?: Author): Promise<void>;
  /** In the order of their creation. */
  holidayLists(): Promise<readonly (HolidayList & { readonly days: readonly Holiday[] })[]>;
  deleteHolidays(id: string, author?: Author): Promise<boolean>;
  /** The days of all lists from a date to another one, both inclusive. */
  holidaysBetween(window: HolidayWindow): Promise<readonly KnownHoliday[]>;

  // tokens of programs
  /** @throws StoreError conflict when the person or the gate is unknown, or the token exists */
  createApiToken(token: ApiToken, author?: Author): Promise<void>;
  apiToken(tokenHash: string): Promise<ApiToken | undefined>;
  /** Of this person, oldest first. */
  apiTokens(personId: string): Promise<readonly ApiToken[]>;
  useApiToken(id: string, at: number): Promise<void>;
  deleteApiToken(id: string, author?: Author): Promise<boolean>;

  // webhooks
  /** @throws StoreError conflict when the gate is unknown; so does updateWebhook */
  createWebhook(webhook: Webhook, author?: Author): Promise<void>;
  /** Oldest first. */
  webhooks(): Promise<readonly Webhook[]>;
  webhook(id: string): Promise<Webhook | undefined>;
  updateWebhook(id: string, changes: WebhookChanges, author?: Author): Promise<Webhook | undefined>;
  /** With all its messages. @returns false when the id is unknown */
  deleteWebhook(id: string, author?: Author): Promise<boolean>;
  /** A message about the same event to the same receiver is stored once. @returns how many are new */
  createDeliveries(deliveries: readonly Delivery[]): Promise<number>;
  /**
   * The message that has been due for longest, to an active receiver. Nobody else gets it before `leaseMs` have
   * passed, also if this process dies.
   */
  takeDelivery(
    now: number,
    leaseMs: number,
  ): Promise<{ readonly delivery: Delivery; readonly webhook: Webhook } | undefined>;
  /** Records the outcome of a try. */
  updateDelivery(
    id: string,
    changes: Pick<
      Delivery,
      "state" | "dueAt" | "attempts" | "triedAt" | "lastStatus" | "lastProblem"
    >,
  ): Promise<void>;
  /** Makes a dead message due again, from the first try on. @returns false when it is not dead */
  retryDelivery(webhookId: string, id: string, now: number): Promise<boolean>;
  /** Newest first. @throws RangeError when `after` is not a position */
  deliveriesPage(query: {
    readonly webhookId: string;
    readonly state?: Delivery["state"];
    readonly after?: string;
    readonly limit: number;
  }): Promise<{ readonly deliveries: readonly Delivery[]; readonly next: string | null }>;
  /** Of each receiver: how many messages are dead, and its last try. */
  deliverySummaries(): Promise<
    ReadonlyMap<string, { readonly dead: number; readonly lastTry: Delivery | null }>
  >;

  // the records
  /**
   * A guest's request in the state `recorded` takes one opening of the guest in the same transaction. When
   * none is left, or the link was revoked, the request is recorded as denied instead.
   * @returns the request with this id: the new one, or the existing one (`isNew` false)
   */
  recordRequest(
    request: OpenRequest,
  ): Promise<{ readonly request: OpenRequest; readonly isNew: boolean }>;
  /**
   * Moves a request forward. An ended one does not change, except `unanswered`, which a late event of the
   * box may change. When it says that nothing was pressed, its guest gets the opening back.
   * @returns the request as it is now; undefined when the id is unknown
   */
  advanceRequest(id: string, step: RequestStep): Promise<OpenRequest | undefined>;
  request(id: string): Promise<OpenRequest | undefined>;
  /** These people's and guests' requests since `from`: the newest of them all, at most `limit`, oldest first. */
  requestsSince(
    ids: { readonly people: readonly string[]; readonly guests: readonly string[] },
    from: number,
    limit: number,
  ): Promise<readonly OpenRequest[]>;
  /** The requests that have not ended, so that they can be ended after a crash. */
  openRequests(): Promise<readonly OpenRequest[]>;
  /** Records an event of a box that belongs to no request of ours. The same event is recorded once. */
  recordForeignEvent(event: ForeignEvent): Promise<void>;
  foreignEvents(limit: number): Promise<readonly ForeignEvent[]>;
  /** Those about commands from other publishers, newest first. */
  otherCommands(limit: number): Promise<readonly OtherCommandEvent[]>;
  /** What a contact at this gate of a box has shown, newest first. */
  gateEvents(
    gate: Pick<Gate, "thingName" | "output">,
    limit: number,
  ): Promise<readonly { readonly event: GateEventName; readonly at: number }[]>;
  /**
   * Newest first, with the current names of people and gates; null: the person was deleted. A deleted gate
   * keeps its name, and the name of an unknown gate is its id.
   * @throws RangeError when `after` is not a position (see `isHistoryPosition`), or the limit is not 1–200
   */
  history(query: HistoryQuery): Promise<{
    readonly entries: readonly (OpenRequest & {
      readonly personName: string | null;
      readonly isAdministrator: boolean;
      readonly gateName: string;
      readonly guestName: string | null;
      readonly inviterName: string | null;
    })[];
    readonly next: string | null;
  }>;
  /** Newest first. The name of somebody who was deleted is null. @throws RangeError when `after` is not a position */
  recordedChanges(
    query: ChangesQuery & { readonly limit: number },
  ): Promise<{ readonly changes: readonly NamedChange[]; readonly next: string | null }>;
  /**
   * Deletes requests, changes, foreign events and ended messages of webhooks older than `before`, guests that ended before it, and expired
   * sessions, invitations and attempts. It works in batches, so that other calls are not blocked.
   * @returns how many records were deleted
   */
  prune(before: number, now: number): Promise<number>;

  /** Checks that the database is writable. @throws StoreError */
  check(): Promise<void>;
  close(): Promise<void>;
}
