/**
 * The tables as the queries see them. In the database, names are in snake_case. Times are ms since 1970
 * (bigint), booleans are 1 and 0, and lists are JSON. Both databases use the same types, so that they
 * share one set of queries.
 */
import type { Change } from "../domain/changes.ts";
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
  OpenRequest,
  Passkey,
  Session,
  SignInAttempt,
  Webhook,
} from "../domain/entities.ts";

export type Flag = 0 | 1;

export interface PersonTable {
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
  readonly isAdministrator: Flag;
  readonly isActive: Flag;
  readonly oidcSubject: string | null;
  readonly createdAt: number;
  readonly lastSeenAt: number | null;
  /** see `domain/search-text.ts` */
  readonly searchText: string;
  /** null: the person exists. The row of a deleted one has no name and no address. */
  readonly deletedAt: number | null;
}

/** `transports`: a JSON list */
export type PasskeyTable = Omit<Passkey, "transports"> & { readonly transports: string };

export type GateTable = Omit<Gate, "isActive"> & {
  readonly isActive: Flag;
  /** see `domain/search-text.ts` */
  readonly searchText: string;
  /** null: the gate exists. The row of a deleted one keeps its name for the history. */
  readonly deletedAt: number | null;
};

/** `isLockedOut`: a lock-out has ended it, for good */
export type SessionTable = Session & {
  readonly isLockedOut: Flag;
  /** the passkey that was used; null: another way to sign in, or it was not stored then */
  readonly credentialId: string | null;
};

/** `fields`: a JSON list */
export type ChangeTable = Omit<Change, "fields"> & { readonly fields: string };

/** `days`: a JSON list */
export type GrantTable = Omit<Grant, "days" | "onHolidays"> & {
  readonly days: string;
  readonly onHolidays: Flag;
};

export type HolidayTable = Holiday & { readonly listId: string };

/** `days`: a JSON list */
export type ApiTokenTable = Omit<ApiToken, "days"> & { readonly days: string };

/** `events`: a JSON list */
export type WebhookTable = Omit<Webhook, "events" | "isActive"> & {
  readonly events: string;
  readonly isActive: Flag;
};

/** `fullAt`: see domain/rate-limit.ts */
export interface RateLimitTable {
  readonly key: string;
  readonly fullAt: number;
}

/** One row that is updated to check whether the database is writable. */
export interface WriteCheckTable {
  readonly id: number;
  readonly checks: number;
}

/** One row per lock. A transaction updates it to make others of its kind wait. */
export interface LockTable {
  readonly name: "administrators";
  readonly uses: number;
}

export interface Schema {
  readonly person: PersonTable;
  readonly passkey: PasskeyTable;
  readonly invitation: Invitation;
  readonly signInAttempt: SignInAttempt;
  readonly session: SessionTable;
  readonly gate: GateTable;
  /** `grant` is a reserved word in SQL */
  readonly accessGrant: GrantTable;
  readonly apiToken: ApiTokenTable;
  readonly guest: Guest;
  readonly guestSession: GuestSession;
  readonly holidayList: HolidayList;
  readonly holiday: HolidayTable;
  readonly webhook: WebhookTable;
  readonly webhookDelivery: Delivery;
  readonly openRequest: OpenRequest;
  readonly foreignEvent: ForeignEvent;
  readonly change: ChangeTable;
  readonly rateLimit: RateLimitTable;
  readonly writeCheck: WriteCheckTable;
  readonly lock: LockTable;
}
