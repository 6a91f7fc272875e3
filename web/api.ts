/**
 * What the page and the service say to each other: JSON over HTTP, and server-sent events. Types and
 * words alone, no code of either side. Times are ms since 1970 (UTC) unless named otherwise.
 *
 * Every request but GET carries the header `X-CSRF-Token` with {@link SessionView.csrfToken} and the
 * content type `application/json`; every error is a {@link Problem} with a fitting status.
 */
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from "@simplewebauthn/server";
import type { RefusalReason } from "../device/messages/command.ts";
import type { StatusReport } from "../device/messages/status.ts";

/** `GET /api/session` */
export interface SessionView {
  /** who is signed in; null: nobody */
  readonly person: PersonSummary | null;
  readonly csrfToken: string;
  /** how to sign in here */
  readonly methods: {
    readonly passkey: boolean;
    /** what the provider is called, and where its sign-in begins; null: there is none */
    readonly oidc: { readonly name: string; readonly url: string } | null;
  };
}

/** `POST /api/sign-in/passkey/options`, body `{}`: what the browser is to sign; kept by a cookie until then. */
export type PasskeyOptions = PublicKeyCredentialRequestOptionsJSON;

/** `POST /api/sign-in/passkey`, answered with a new {@link SessionView}; 401 `not-accepted`. */
export type PasskeyBody = AuthenticationResponseJSON;

/**
 * The link of an invitation is `/#invitation=TOKEN`: a fragment never reaches a server's log.
 * `POST /api/invitation/options`, body `{token}`: whom it is for, and what the browser is to make;
 * 404 `invitation-over`: unknown, used or too old.
 */
export interface InvitationOptions {
  readonly name: string;
  readonly options: PublicKeyCredentialCreationOptionsJSON;
}

/** `POST /api/invitation`, answered with a new {@link SessionView}. `POST /api/sign-out`, body `{}`: 204. */
export interface InvitationBody {
  readonly token: string;
  readonly response: RegistrationResponseJSON;
}

export interface PersonSummary {
  readonly id: string;
  readonly name: string;
  readonly isAdministrator: boolean;
}

/** What a gate's box is known to be; nobody claims to know that a gate *is* open. */
export type BoxState = "online" | "offline" | "unknown";

/** Why somebody may not open a gate now, though signed in. */
export type Denial =
  | "no-grant" // none for this gate
  | "not-now" // a grant, but not at this hour or on this day
  | "grant-ended"
  | "gate-closed"; // an administrator has taken the gate out of use

/** One gate as one person sees it: `GET /api/gates` gives a list, the event `gate` one that changed. */
export interface GateView {
  readonly id: string;
  readonly name: string;
  readonly box: BoxState;
  /** when the box was last heard; null: never */
  readonly lastSeenAt: number | null;
  readonly may:
    | { readonly open: true }
    /** `opensAt`: when it will be allowed again, where that is known */
    | { readonly open: false; readonly why: Denial; readonly opensAt: number | null };
}

/**
 * `POST /api/gates/:gate/open`, body {@link OpenBody}: 202 with a {@link RequestView} once the request
 * is recorded; the same `id` again gives the same request and never a second command. 401 not signed
 * in, 403 {@link Denial} or CSRF, 404 no such gate, 409 the id is somebody else's, 429 too many, 503
 * the box is offline or the broker is away; each of them is recorded too.
 */
export interface OpenBody {
  /** a UUID the page makes for one tap; also the command's id */
  readonly id: string;
}

/**
 * How far a request is: `recorded`, `sent` (the broker took it), then one of the ends. `opened` and
 * `refused` are the box's own words; `unanswered`: sent, and no word came in time, so that nobody
 * knows; `failed`: not sent, nothing happened at the gate; `denied`: the service itself said no.
 */
export type RequestState =
  | "recorded"
  | "sent"
  | "opened"
  | "refused"
  | "unanswered"
  | "failed"
  | "denied";

/** Why the service did not send a command. */
export type ServiceReason = Denial | "box-offline" | "broker-away" | "rate-limited";

/** One tap and what became of it; the event `request` tells each change to the one who tapped. */
export interface RequestView {
  readonly id: string;
  readonly gate: string;
  readonly state: RequestState;
  /** null unless refused, failed or denied */
  readonly reason: RefusalReason | ServiceReason | null;
  readonly at: number;
  /** how long the button was held, in ms; null unless opened, or unknown */
  readonly pulseMs: number | null;
}

/**
 * `GET /api/events`: server-sent events for whoever is signed in. First a `gate` for each gate he sees,
 * then `gate` and `request` as they change. The stream ends when the session does; 401 where there is
 * none. Something is sent every 5 s at least (a comment, `:`), so that the page can tell a broken stream.
 */
export type ServerEvent =
  | { readonly event: "gate"; readonly data: GateView }
  | { readonly event: "request"; readonly data: RequestView };

/** One line of the records: `GET /api/history?…` (one's own; an administrator's: everybody's). */
export interface HistoryEntry extends RequestView {
  /** null: the person has been deleted, or was never known */
  readonly person: PersonSummary | null;
  readonly gateName: string;
  /** where the request came from, for administrators; else null */
  readonly address: string | null;
  readonly sentAt: number | null;
  readonly endedAt: number | null;
}

/** Query of `GET /api/history` and `/api/history.csv`; newest first. */
export interface HistoryQuery {
  readonly gate?: string;
  readonly person?: string;
  readonly state?: RequestState;
  /** inclusive */
  readonly from?: number;
  /** exclusive */
  readonly to?: number;
  /** where the page before ended: {@link HistoryPage.next} */
  readonly after?: string;
  /** 1–200, default 50 */
  readonly limit?: number;
}

export interface HistoryPage {
  readonly entries: readonly HistoryEntry[];
  /** where the next page begins; null: there is none */
  readonly next: string | null;
}

// --- for administrators: /api/admin/… ------------------------------------------------------------

/** Monday first, as ISO 8601 counts: 1–7. */
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** When a person may open a gate. `GET/POST /api/admin/grants`, `PUT/DELETE /api/admin/grants/:id` */
export interface GrantView {
  readonly id: string;
  readonly person: string;
  readonly gate: string;
  readonly days: readonly Weekday[];
  /** minutes after midnight by the gate's own clock; from ≤ minute < to; 0 and 1440: all day. to < from: over midnight */
  readonly fromMinute: number;
  readonly toMinute: number;
  /** null: until withdrawn */
  readonly endsAt: number | null;
}
export type GrantBody = Omit<GrantView, "id">;

/** `GET/POST /api/admin/people`, `PATCH /api/admin/people/:id`: lists are arrays, a POST or PATCH answers with the one. `DELETE /api/admin/people/:id/passkeys`, for a lost telephone: all of them, and every session; 204 */
export interface PersonView extends PersonSummary {
  readonly email: string | null;
  /** false: locked out, at once */
  readonly isActive: boolean;
  readonly passkeys: number;
  /** signs in through the provider */
  readonly hasOidc: boolean;
  readonly createdAt: number;
  readonly lastSeenAt: number | null;
}
export interface PersonBody {
  readonly name: string;
  readonly email?: string | null;
  readonly isAdministrator?: boolean;
  readonly isActive?: boolean;
}

/** `POST /api/admin/people/:id/invitation`: a link to register a passkey; good once, and until then. */
export interface InvitationView {
  readonly url: string;
  readonly expiresAt: number;
}

/** `GET/POST /api/admin/gates`, `PATCH /api/admin/gates/:id` */
export interface AdminGateView {
  readonly id: string;
  readonly name: string;
  readonly thingName: string;
  /** IANA, such as Europe/Berlin: whose clock grants go by */
  readonly timeZone: string;
  readonly isActive: boolean;
  readonly box: BoxHealth;
}
export interface GateBody {
  /** `a-z0-9-`, 1–32; fixed once made */
  readonly id?: string;
  readonly name: string;
  readonly thingName: string;
  readonly timeZone: string;
  readonly isActive?: boolean;
}

/**
 * The box's own last status, and when the service last heard the box. Every field of the status is null
 * until the box has reported one.
 */
export type BoxHealth = {
  readonly state: BoxState;
  readonly lastSeenAt: number | null;
} & { readonly [Name in Exclude<keyof StatusReport, "state">]: StatusReport[Name] | null };

/** Body of every answer that is an error. */
export interface Problem {
  /** for programs: `not-signed-in`, `csrf`, `not-found`, `invalid`, `too-large`, `rate-limited`, … or a {@link ServiceReason} */
  readonly error: string;
  /** for people: what happened and what to do, one sentence */
  readonly message: string;
  /** the request as recorded, where there is one */
  readonly request?: RequestView;
}
