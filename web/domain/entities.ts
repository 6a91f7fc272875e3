/** The entities of the staff app. The rules in this folder work on them, and the store keeps them. */
import type { RefusalReason } from "../../device/messages/command.ts";
import type {
  DeliveryView,
  GateEventView,
  RequestState,
  ServiceReason,
  WebhookEventType,
  WebhookProblem,
  Weekday,
} from "../api.ts";
import type { webhookTestType } from "./webhook-retries.ts";

export interface Person {
  readonly id: string;
  readonly name: string;
  /** in lower case; null: none */
  readonly email: string | null;
  readonly isAdministrator: boolean;
  readonly isActive: boolean;
  /** `issuer subject` of the OpenID provider; null: signs in only with passkeys */
  readonly oidcSubject: string | null;
  readonly createdAt: number;
  readonly lastSeenAt: number | null;
}

export interface Passkey {
  /** base64url */
  readonly credentialId: string;
  readonly personId: string;
  /** COSE, base64url */
  readonly publicKey: string;
  readonly counter: number;
  readonly transports: readonly string[];
  /** the host name that it belongs to; empty when it was registered before this was stored */
  readonly rpId: string;
  /** what its person calls it; empty: it has no name */
  readonly name: string;
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
}

/** Tokens are stored only as SHA-256 hashes, so nobody can use the database's content to sign in. */
export interface Invitation {
  readonly tokenHash: string;
  readonly personId: string;
  readonly expiresAt: number;
  readonly createdAt: number;
}

export interface Session {
  readonly tokenHash: string;
  readonly personId: string;
  readonly csrfToken: string;
  readonly createdAt: number;
  readonly expiresAt: number;
}

/**
 * A sign-in in progress. It can be used once: its challenge, state and nonce are derived from its
 * token.
 */
export interface SignInAttempt {
  readonly tokenHash: string;
  readonly kind: "passkey" | "invitation" | "own-passkey" | "oidc";
  readonly expiresAt: number;
}

export interface Gate {
  readonly id: string;
  readonly name: string;
  readonly thingName: string;
  /** the gate's name in the settings of its box; null: the box's plain topics */
  readonly output: string | null;
  /** IANA */
  readonly timeZone: string;
  readonly isActive: boolean;
}

export interface Grant {
  readonly id: string;
  readonly personId: string;
  readonly gateId: string;
  readonly days: readonly Weekday[];
  readonly fromMinute: number;
  readonly toMinute: number;
  /** null: from the moment when it was made */
  readonly startsAt: number | null;
  readonly endsAt: number | null;
  /** whether it also opens on the gate's holidays */
  readonly onHolidays: boolean;
}

/**
 * The right of somebody without an account to open one gate a number of times, between two moments. It
 * is used by a link.
 */
export interface Guest {
  readonly id: string;
  /** of the token in the link, which is not stored */
  readonly tokenHash: string;
  readonly gateId: string;
  readonly name: string;
  /** for administrators; empty: none */
  readonly note: string;
  /** the person who invited. While this person is locked out, the link opens nothing. */
  readonly inviterId: string;
  readonly startsAt: number;
  /** exclusive */
  readonly endsAt: number;
  /** how many commands may be sent */
  readonly openings: number;
  /** how many of them count: see `domain/guests.ts` */
  readonly used: number;
  /** null: it was not revoked */
  readonly revokedAt: number | null;
  readonly createdAt: number;
}

/** A guest with what is known about the person who invited. */
export interface InvitedGuest extends Guest {
  /** null: this person was deleted */
  readonly inviterName: string | null;
  readonly isInviterActive: boolean;
}

/** A browser that has opened the link of a guest. Only the guest says how long it is valid. */
export interface GuestSession {
  readonly tokenHash: string;
  readonly guestId: string;
  readonly csrfToken: string;
  readonly createdAt: number;
}

/** Days on which only grants with `onHolidays` open, from one file. */
export interface HolidayList {
  readonly id: string;
  readonly name: string;
  /** null: for all gates */
  readonly gateId: string | null;
  readonly createdAt: number;
}

/** A day of a list, in the time zone of the gate. */
export interface Holiday {
  /** "2026-12-25" */
  readonly date: string;
  readonly name: string;
}

/**
 * The right of a program to open one gate as one person, at some hours. It never allows more than that
 * person's grants.
 */
export interface ApiToken {
  readonly id: string;
  /** the token itself is not stored */
  readonly tokenHash: string;
  readonly personId: string;
  readonly gateId: string;
  /** what uses it */
  readonly name: string;
  readonly days: readonly Weekday[];
  readonly fromMinute: number;
  readonly toMinute: number;
  readonly endsAt: number | null;
  /** requests that it may make in a minute */
  readonly perMinute: number;
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
}

/** A receiver of what happens. */
export interface Webhook {
  readonly id: string;
  readonly url: string;
  /** signs every message; it must be known, so it is not hashed */
  readonly secret: string;
  readonly events: readonly WebhookEventType[];
  /** null: all gates */
  readonly gateId: string | null;
  readonly isActive: boolean;
  readonly createdAt: number;
}

/** A message to a receiver. */
export interface Delivery {
  /** the `webhook-id` of each try */
  readonly id: string;
  readonly webhookId: string;
  /** what happened, so that several instances tell it once */
  readonly eventKey: string;
  readonly type: WebhookEventType | typeof webhookTestType;
  /** JSON */
  readonly body: string;
  readonly state: DeliveryView["state"];
  readonly createdAt: number;
  /** when to try next; null: never */
  readonly dueAt: number | null;
  readonly attempts: number;
  readonly triedAt: number | null;
  readonly lastStatus: number | null;
  readonly lastProblem: WebhookProblem | null;
}

export interface OpenRequest {
  readonly id: string;
  readonly gateId: string;
  readonly personId: string | null;
  /** null: it was not a guest */
  readonly guestId: string | null;
  readonly state: RequestState;
  readonly reason: RefusalReason | ServiceReason | null;
  readonly at: number;
  readonly sentAt: number | null;
  readonly endedAt: number | null;
  readonly pulseMs: number | null;
  readonly address: string | null;
  /** the name of the token that a program used; null: the person used the app */
  readonly via: string | null;
}

/** A step of a request. Requests only move forward, see `domain/request.ts`. */
export interface RequestStep {
  readonly state: RequestState;
  readonly reason: RefusalReason | ServiceReason | null;
  readonly at: number;
  readonly pulseMs: number | null;
}

type OtherCommandOutcome = "opened" | "refused";

/** A {@link ForeignEvent} that is about a command from another publisher. */
export type OtherCommandEvent = ForeignEvent & { readonly outcome: OtherCommandOutcome };

/**
 * An event of a box that belongs to no known request: a command from another publisher, or what a contact
 * at the gate shows.
 */
export interface ForeignEvent {
  readonly thingName: string;
  /** the gate's name in the topic; null: there was none */
  readonly output: string | null;
  readonly commandId: string | null;
  readonly outcome: OtherCommandOutcome | GateEventView["event"];
  readonly reason: RefusalReason | null;
  readonly by: string | null;
  readonly at: number;
  readonly pulseMs: number | null;
}
