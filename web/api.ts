/**
 * The API between the page and the service: JSON over HTTP, and server-sent events. It has types only.
 * Times are ms since 1970 (UTC) unless their name says otherwise.
 *
 * Every request except GET has the header `X-CSRF-Token` with {@link SessionView.csrfToken} and the
 * content type `application/json`. Every error response is a {@link Problem}.
 */
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from "@simplewebauthn/server";
import type { RefusalReason } from "../device/messages/command.ts";
import type { GateEventName, GateStatus } from "../device/messages/gate.ts";
import type { StatusReport } from "../device/messages/status.ts";
import type { Language } from "./words/languages.ts";

/** `GET /api/session` */
export interface SessionView {
  /** the person who is signed in; null: nobody */
  readonly person: PersonSummary | null;
  /** the guest whose link this browser uses; null: it uses none, or somebody is signed in */
  readonly guest: GuestSummary | null;
  /** whether the browser's link of a guest has ended or was revoked */
  readonly isGuestOver: boolean;
  /** whether the browser's session ended because its person was locked out */
  readonly isLockedOut: boolean;
  /** whom people can ask for help, as the operator wrote it; null: not set */
  readonly contact: string | null;
  readonly csrfToken: string;
  /** how long a command is valid after the slide, in ms; the page sends nothing later than that */
  readonly commandLifetimeMs: number;
  /** the sign-in methods of this service */
  readonly methods: {
    readonly passkey: boolean;
    /** the provider's name, and the URL that starts its sign-in; null: there is no provider */
    readonly oidc: { readonly name: string; readonly url: string } | null;
  };
}

/**
 * `POST /api/sign-in/passkey/options`, body `{}`: what the browser must sign. A cookie identifies
 * the attempt.
 */
export type PasskeyOptions = PublicKeyCredentialRequestOptionsJSON;

/**
 * `POST /api/sign-in/passkey`: responds with a new {@link SessionView}, 401 `not-accepted`, or 403
 * `locked-out` when the passkey is right and its person is locked out.
 */
export type PasskeyBody = AuthenticationResponseJSON;

/**
 * The link of an invitation is `/#invitation=TOKEN`, because a fragment never reaches a server's log.
 * `POST /api/invitation/options`, body `{token}`: the invited person, and what the browser must create.
 * 404 `invitation-over` when it is unknown, used or expired.
 */
export interface InvitationOptions {
  readonly name: string;
  readonly options: PublicKeyCredentialCreationOptionsJSON;
}

/**
 * `POST /api/invitation`: responds with a new {@link SessionView}. `POST /api/sign-out`, body `{}`:
 * 204.
 */
export interface InvitationBody {
  readonly token: string;
  readonly response: RegistrationResponseJSON;
}

/**
 * `GET /api/passkeys`: the passkeys of the person who is signed in. `PATCH /api/passkeys/:id`, body `{name}`, and
 * `DELETE /api/passkeys/:id`, body {@link RemovePasskeyBody}, return the list too. Another one is added by `POST
 * /api/passkeys/options`, body `{}`: what the browser must create; and `POST /api/passkeys`, body
 * {@link NewPasskeyBody}: 201 with the list. Both answer 403 `sign-in-again` when the sign-in is older than ten
 * minutes.
 */
export interface OwnPasskeys {
  /** the oldest first */
  readonly passkeys: readonly OwnPasskeyView[];
  /** whether the person can also sign in through the provider */
  readonly hasOidc: boolean;
}
export type PasskeyCreation = PublicKeyCredentialCreationOptionsJSON;
export interface OwnPasskeyView {
  readonly id: string;
  /** empty: it has no name */
  readonly name: string;
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
  /** whether this session began with it */
  readonly isCurrent: boolean;
  /** false: it belongs to an earlier address of the service */
  readonly isUsable: boolean;
}
export interface NewPasskeyBody {
  readonly name: string;
  readonly response: RegistrationResponseJSON;
}
/**
 * 409 `last-way-in` when the person could not sign in any more, unless that is accepted. 409
 * `last-administrator` when no administrator could.
 */
export interface RemovePasskeyBody {
  readonly evenIfOnlyWayIn?: boolean;
}

/**
 * `POST /api/language`: 204. Keeps the language for this browser, in a cookie. Without it, the service
 * answers in the language that the browser prefers.
 */
export interface LanguageBody {
  readonly language: Language;
}

/** Somebody without an account, who may open one gate a number of times. */
export interface GuestSummary {
  readonly id: string;
  readonly name: string;
  readonly inviterName: string;
}

/** A guest in an old record. */
export interface PastGuest extends Omit<GuestSummary, "inviterName"> {
  /** null: this person was deleted */
  readonly inviterName: string | null;
}

/**
 * The link of a guest is `/#guest=TOKEN`. `POST /api/guest`, body {@link GuestLinkBody}: responds with a new
 * {@link SessionView}, for this gate alone. 404 `guest-over` when the link is unknown, has ended or was revoked.
 */
export interface GuestLinkBody {
  readonly token: string;
}

/** What is left of the link of a guest. */
export interface GuestPass {
  readonly startsAt: number;
  readonly endsAt: number;
  /** how many commands may still be sent */
  readonly left: number;
}

export interface PersonSummary {
  readonly id: string;
  readonly name: string;
  readonly isAdministrator: boolean;
}

/** The known state of a gate's box. Where the gate is, only a contact there can prove. */
export type BoxState = "online" | "offline" | "unknown";

/** Why a person who is signed in, or a guest, may not open a gate now. */
export type Denial =
  | "no-grant" // the person has no grant for this gate
  | "not-yet" // every grant, or the link of the guest, begins later
  | "not-now" // no grant covers this hour and day
  | "holiday" // a grant covers this hour, but not on a holiday
  | "grant-ended"
  | "used-up" // the link of the guest has no opening left
  | "gate-closed"; // an administrator has taken the gate out of service

/** What a contact at the gate proves. `message` says it for people. */
export interface GatePosition extends GateStatus {
  readonly message: string;
}

/**
 * One gate as one person sees it. `GET /api/gates` returns a list; the event `gate` has one that
 * changed.
 */
export interface GateView {
  readonly id: string;
  readonly name: string;
  readonly box: BoxState;
  /** when the box last sent a report; null: never */
  readonly lastSeenAt: number | null;
  /** null: there is no contact at the gate, or its box is not online */
  readonly position: GatePosition | null;
  readonly may:
    | { readonly open: true }
    /** `opensAt`: when it will be allowed again; null: unknown */
    | { readonly open: false; readonly why: Denial; readonly opensAt: number | null };
  /** null: a person sees it */
  readonly pass: GuestPass | null;
}

/**
 * `POST /api/gates/:gate/open`, body {@link OpenBody}: 202 with a {@link RequestView} when the request
 * is recorded. The same `id` again returns the same request and never sends a second command. Errors:
 * 401 not signed in, 403 {@link Denial} or CSRF, 404 unknown gate, 409 the id belongs to another
 * request, 410 the slide is older than the lifetime of a command, 429 too many requests, 503 the box is
 * offline, the broker cannot be reached, or the service was too slow for the command to arrive alive. A refusal of a known person is recorded too.
 */
export interface OpenBody {
  /** a UUID that the page creates for one tap; it is also the id of the command */
  readonly id: string;
  /**
   * how long ago the person slid when the page sent this, in ms; default 0. The command's lifetime
   * counts from the slide, so that a tap sent twice is never valid for longer.
   */
  readonly ageMs?: number;
}

/**
 * The progress of a request: `recorded`, then `sent` when the broker has accepted it, then an outcome.
 * `opened` and `refused` are reported by the box. `unanswered`: sent, but no event arrived in time, so
 * the outcome is unknown. `failed`: not sent, so nothing happened at the gate. `denied`: the service
 * refused it.
 */
export type RequestState =
  | "recorded"
  | "sent"
  | "opened"
  | "refused"
  | "unanswered"
  | "failed"
  | "denied";

/** Why a command that was allowed was not sent. */
export type SendFailure =
  | "box-offline"
  | "broker-away"
  /** the slide was older than the lifetime of a command when it arrived */
  | "too-late"
  /** the service needed so long, for example for its database, that the command would have been dead */
  | "service-busy";

/**
 * Why the service did not send a command; or `clocks-differ`: why the box refused it as `expired` or
 * `future`, so that another try would be refused too.
 */
export type ServiceReason = Denial | SendFailure | "rate-limited" | "clocks-differ";

/** One tap and its outcome. The event `request` reports each change to the person who tapped. */
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
 * `GET /api/events`: server-sent events for the person who is signed in. The stream starts with a `gate`
 * for each gate that the person may see, followed by a `gate` or `request` for every change. It ends with
 * the session. 401 without a session. The service sends at least a comment (`:`) every 5 s, so that the
 * page can detect a broken stream.
 */
export type ServerEvent =
  | { readonly event: "gate"; readonly data: GateView }
  | { readonly event: "request"; readonly data: RequestView };

/**
 * `GET /api/requests/:id`: a {@link RequestView} of this person or guest, to learn what became of it after
 * the stream was broken. 404 for any other id.
 */

/** Somebody in an old record. */
export interface PastPerson extends Omit<PersonSummary, "name"> {
  /** null: this person was deleted */
  readonly name: string | null;
}

/**
 * `GET /api/state`: what a new stream would start with, for a page that gets no stream. 401 without a session.
 */
export interface CurrentState {
  /** each gate that the person may see */
  readonly gates: readonly GateView[];
  /** those of the last minute, oldest first */
  readonly requests: readonly RequestView[];
}

/** One request in `GET /api/history?…`: the person's own, and for administrators everyone's. */
export interface HistoryEntry extends RequestView {
  /** null: the person is unknown, or it was a guest */
  readonly person: PastPerson | null;
  /** null: it was not a guest */
  readonly guest: PastGuest | null;
  readonly gateName: string;
  /** the address of the client; null for people who are not administrators */
  readonly address: string | null;
  readonly sentAt: number | null;
  readonly endedAt: number | null;
  /** the name of the token that a program used; null: the person used the app */
  readonly via: string | null;
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
  /** {@link HistoryPage.next} of the page before */
  readonly after?: string;
  /** 1–200, default 50 */
  readonly limit?: number;
}

export interface HistoryPage {
  readonly entries: readonly HistoryEntry[];
  /** the position of the next page; null: there is none */
  readonly next: string | null;
}

/**
 * A command that a box carried out or refused, and that no person has given in the app. In
 * `GET /api/admin/other-commands`: the last 100, newest first.
 */
export interface OtherCommand {
  readonly thingName: string;
  /** the gate's name at the box, in the topic of the event; null: there was none */
  readonly output: string | null;
  /** null: no gate of the app is at this place */
  readonly gateName: string | null;
  /** the name in the command, which nobody has checked; null: the command had none, as a plain `open` */
  readonly by: string | null;
  readonly outcome: "opened" | "refused";
  /** null when opened */
  readonly reason: RefusalReason | null;
  readonly at: number;
  /** how long the button was held, in ms; null when refused, or unknown */
  readonly pulseMs: number | null;
}

// --- for administrators: /api/admin/… ------------------------------------------------------------

/** 1–7, starting on Monday (ISO 8601). */
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** Days and hours at a gate for one person. */
export interface HoursView {
  readonly id: string;
  readonly person: string;
  readonly gate: string;
  readonly days: readonly Weekday[];
  /**
   * minutes after midnight in the gate's time zone: from ≤ minute < to. 0 and 1440: all day. to <
   * from: over midnight
   */
  readonly fromMinute: number;
  readonly toMinute: number;
  /** null: until it is revoked */
  readonly endsAt: number | null;
}

/** When a person may open a gate. `POST /api/admin/grants`, `PUT/DELETE /api/admin/grants/:id` */
export interface GrantView extends HoursView {
  /** null: it has begun when it was made */
  readonly startsAt: number | null;
  /** whether it also opens on holidays */
  readonly onHolidays: boolean;
}
/** Without `startsAt` it begins at once; without `onHolidays`, a holiday is like any other day. */
export type GrantBody = Omit<GrantView, "id" | "startsAt" | "onHolidays"> &
  Partial<Pick<GrantView, "startsAt" | "onHolidays">>;

/** `GET /api/admin/grants?person=…&gate=…&after=…&limit=…`, all optional; limit: 1–200, default 50 */
export interface GrantsPage {
  readonly grants: readonly ListedGrantView[];
  /** `after` of the next page; null: there is none */
  readonly next: string | null;
}
export interface ListedGrantView extends GrantView {
  readonly personName: string;
}

/**
 * `POST /api/admin/grants/many`: one grant for each of the people at each of the gates, all or none. 201 with
 * {@link ManyGrantsView}.
 */
export interface ManyGrantsBody extends Omit<GrantBody, "person" | "gate" | "startsAt" | "endsAt"> {
  /** 1–200 */
  readonly people: readonly string[];
  /** 1–50; the gates may be in different time zones, in which the same date is another moment */
  readonly gates: readonly Required<Pick<GrantBody, "gate" | "startsAt" | "endsAt">>[];
}
export interface ManyGrantsView {
  /** how many grants were made */
  readonly created: number;
}

/**
 * The right of a program to open one gate as one person, within these hours and never beyond the grants of
 * that person. `GET /api/admin/tokens?person=…`, `POST /api/admin/tokens`, `DELETE /api/admin/tokens/:id`.
 * docs/programs.md describes the API that it is for.
 */
export interface TokenView extends HoursView {
  /** what uses it */
  readonly name: string;
  /** requests that it may make in a minute, 1–60 */
  readonly perMinute: number;
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
}
export type TokenBody = Omit<TokenView, "id" | "createdAt" | "lastUsedAt" | "perMinute"> & {
  /** default 10 */
  readonly perMinute?: number;
};
/** The answer to POST. The secret is shown once, because the service stores only its hash. */
export interface NewTokenView extends TokenView {
  readonly secret: string;
}

export type GuestState = "upcoming" | "valid" | "used-up" | "ended" | "revoked";

/**
 * Somebody with a link for one gate. `GET /api/admin/guests` with {@link GuestsQuery}, `POST
 * /api/admin/guests`; `DELETE /api/admin/guests/:id` revokes the link: 204.
 */
export interface GuestView {
  readonly id: string;
  readonly gate: string;
  readonly gateName: string;
  readonly name: string;
  /** for administrators; empty: none */
  readonly note: string;
  /** who invited; while this person is locked out, the link opens nothing */
  /** without a name: this person was deleted */
  readonly inviter: Pick<PastPerson, "id" | "name">;
  readonly isInviterActive: boolean;
  readonly startsAt: number;
  /** exclusive */
  readonly endsAt: number;
  /** how many commands may be sent */
  readonly openings: number;
  /** how many of them were sent: web.md says when one counts */
  readonly used: number;
  readonly state: GuestState;
  readonly createdAt: number;
}
export interface GuestBody
  extends Pick<GuestView, "gate" | "name" | "startsAt" | "endsAt" | "openings"> {
  readonly note?: string;
  /** the id of a person; default: the administrator who makes the link */
  readonly inviter?: string;
}
/** The answer to POST. The link is shown once, because the service stores only a hash of its token. */
export interface NewGuestView extends GuestView {
  readonly url: string;
}
/** Those that end last come first. */
export interface GuestsQuery {
  readonly gate?: string;
  readonly state?: GuestState;
  /** the position of the next page, from {@link GuestsPage.next} */
  readonly after?: string;
  /** 1–200, default 50 */
  readonly limit?: number;
}
export interface GuestsPage {
  readonly guests: readonly GuestView[];
  readonly next: string | null;
}

/** `GET /api/admin/holidays`; `DELETE /api/admin/holidays/:id`: 204 */
export interface HolidayListView {
  readonly id: string;
  readonly name: string;
  /** null: for all gates */
  readonly gate: string | null;
  readonly days: readonly HolidayView[];
}
export interface HolidayView {
  /** "2026-12-25" */
  readonly date: string;
  readonly name: string;
}
/**
 * `POST /api/admin/holidays/preview` responds with a {@link HolidayPreview}, `POST /api/admin/holidays` with
 * a {@link HolidayListView}. 400 `invalid` says in which line the file is wrong.
 */
export interface HolidayBody {
  readonly name: string;
  readonly gate: string | null;
  /** the content of an iCalendar file (RFC 5545) */
  readonly calendar: string;
}
export interface HolidayPreview {
  readonly days: readonly HolidayView[];
  /** the grants that do not open on these days, and those that do */
  readonly grants: { readonly closed: number; readonly open: number };
}

/**
 * `POST /api/admin/people`, `GET/PATCH /api/admin/people/:id`: the one person. `GET /api/admin/people` returns
 * a {@link PeoplePage}. `DELETE /api/admin/people/:id/passkeys`, for a lost phone, deletes all passkeys and sessions of
 * the person; 204.
 */
export interface PersonView extends PersonSummary {
  readonly email: string | null;
  /** false: locked out, with immediate effect */
  readonly isActive: boolean;
  readonly passkeys: number;
  /** whether the person signs in through the provider */
  readonly hasOidc: boolean;
  readonly createdAt: number;
  readonly lastSeenAt: number | null;
}
/** By default, the oldest first. `seen`: those who were seen last come first. */
export type PeopleSort = "created" | "name" | "seen";
/** In the query of `GET /api/admin/people`. */
export interface PeopleQuery {
  /** only people whose name or address contains each of these words */
  readonly search?: string;
  readonly sort?: PeopleSort;
  /** the position of the next page, from {@link PeoplePage.next} */
  readonly after?: string;
  /** 1–200, default 50 */
  readonly limit?: number;
}
export interface PeoplePage {
  readonly people: readonly PersonView[];
  /** how many were found on all pages */
  readonly total: number;
  /** null: there is no other page */
  readonly next: string | null;
}
/**
 * `GET /api/admin/people/:id/traces`: what `DELETE /api/admin/people/:id` deletes, and how many guest links it
 * revokes. The records stay. 204, or 409 `last-administrator`.
 */
export interface PersonTraces {
  readonly grants: number;
  readonly passkeys: number;
  readonly sessions: number;
  /** of programs */
  readonly tokens: number;
  /** 1: there is an invitation that was not used yet; 0: there is none */
  readonly invitations: number;
  /** links of guests whom the person has invited, and that have not ended */
  readonly guests: number;
}
export interface PersonBody {
  readonly name: string;
  readonly email?: string | null;
  readonly isAdministrator?: boolean;
  readonly isActive?: boolean;
}

/**
 * `POST /api/admin/people/:id/invitation`: a link to register a passkey. It works once, until it
 * expires.
 */
export interface InvitationView {
  readonly url: string;
  readonly expiresAt: number;
}

/** `POST /api/admin/gates`, `GET/PATCH /api/admin/gates/:id`; `GET /api/admin/gates` returns a {@link GatesPage}. */
export interface AdminGateView {
  readonly id: string;
  readonly name: string;
  readonly thingName: string;
  /** the gate's name in the settings of its box; null: commands go to the box's plain topic */
  readonly output: string | null;
  /** IANA time zone of the grants, such as Europe/Berlin */
  readonly timeZone: string;
  readonly isActive: boolean;
  /** whether the box said that it has a gate of this name; null: it has not said anything yet */
  readonly isAtBox: boolean | null;
  readonly box: BoxHealth;
}
/** One event in `GET /api/admin/gates/:id/events`: what a contact at the gate has shown, newest first. */
export interface GateEventView {
  readonly event: GateEventName;
  readonly at: number;
}
/**
 * `GET /api/admin/gates/:id/traces`: what `DELETE /api/admin/gates/:id` deletes, and how many guest links it
 * revokes. The records stay, and no other gate can get its id.
 */
export interface GateTraces {
  readonly grants: number;
  /** of programs */
  readonly tokens: number;
  /** links that have not ended */
  readonly guests: number;
  /** lists for this gate alone */
  readonly holidays: number;
  /** receivers of what happens at this gate alone */
  readonly webhooks: number;
}
/** `GET /api/admin/new-boxes`: boxes that have sent a status, but no gate of the app is at them; at most 200. */
export interface NewBoxView {
  readonly thingName: string;
  readonly state: BoxState;
  readonly lastSeenAt: number | null;
  readonly firmware: string | null;
  /** the names of its gates in its settings; empty: it has one without a name */
  readonly gates: readonly string[];
}
/** By default, in the order of their names. `box`: by thing name. */
export type GatesSort = "name" | "id" | "box";
/** In the query of `GET /api/admin/gates`. */
export interface GatesQuery {
  /** only gates in whose name, short name, box or time zone each of these words occurs */
  readonly search?: string;
  readonly sort?: GatesSort;
  /** the position of the next page, from {@link GatesPage.next} */
  readonly after?: string;
  /** 1–200, default 50 */
  readonly limit?: number;
  /** alone: only these gates, at most 200, separated by commas */
  readonly ids?: string;
}
export interface GatesPage {
  readonly gates: readonly AdminGateView[];
  /** how many were found on all pages */
  readonly total: number;
  /** null: there is no other page */
  readonly next: string | null;
}
export interface GateBody {
  /** 1–32 characters from `a-z0-9-`; cannot be changed later */
  readonly id?: string;
  readonly name: string;
  readonly thingName: string;
  /** default null; a box and an output together belong to one gate */
  readonly output?: string | null;
  readonly timeZone: string;
  readonly isActive?: boolean;
}

/**
 * The last status of the box, and when it last sent a report. Every field of the status is null until the
 * box has reported one. `gate` is about this gate, although the box's own status has the first one there.
 */
export type BoxHealth = {
  readonly state: BoxState;
  readonly lastSeenAt: number | null;
  /** by how much the box's clock is ahead of the service's, at least, in ms; null: not known yet */
  readonly clockDifferenceMs: number | null;
} & { readonly [Name in Exclude<keyof StatusReport, "state">]: StatusReport[Name] | null };

/** What happened, for a webhook. docs/programs.md describes the messages. */
export type WebhookEventType =
  /** the box pressed the button: for a request of the app, or for a command from outside the app */
  | "gate.opened"
  /** a request of the app ended without a press, or nobody knows (`unanswered`): see its state and reason */
  | "gate.refused"
  | `gate.${GateEventName}`
  /** the box has been offline for a minute */
  | "box.offline"
  /** it is back, after `box.offline` */
  | "box.online";

/**
 * Where the service tells what happens. `GET/POST /api/admin/webhooks`, `PATCH/DELETE
 * /api/admin/webhooks/:id`; `POST /api/admin/webhooks/:id/test` with `{}` sends a test: 202.
 */
export interface WebhookView {
  readonly id: string;
  readonly url: string;
  readonly events: readonly WebhookEventType[];
  /** null: of all gates */
  readonly gate: string | null;
  readonly isActive: boolean;
  readonly createdAt: number;
  /** messages that were not delivered, and are not tried any more */
  readonly dead: number;
  /** of the last try; null: there was none */
  readonly lastTry: WebhookTry | null;
}
export interface WebhookTry {
  readonly at: number;
  /** what the receiver answered; null: it did not */
  readonly status: number | null;
  /** null: delivered */
  readonly problem: WebhookProblem | null;
}
/** Why a receiver did not take a message. */
export type WebhookProblem =
  /** it answered with another status than 2xx */
  | "refused"
  | "timeout"
  /** it could not be reached, or its certificate is not valid */
  | "unreachable"
  /** the address is in the operator's own network, and was not allowed */
  | "private-address"
  /** the address does not begin with https:// */
  | "no-tls";
export interface WebhookBody {
  readonly url: string;
  readonly events: readonly WebhookEventType[];
  /** default null */
  readonly gate?: string | null;
  readonly isActive?: boolean;
}
/** The answer to POST. The secret signs every message, and is shown once. */
export interface NewWebhookView extends WebhookView {
  readonly secret: string;
}

/** One message. `GET /api/admin/webhooks/:id/deliveries?state=…&after=…`, newest first, 50 to a page. */
export interface DeliveryView {
  readonly id: string;
  readonly type: WebhookEventType | "test";
  /** `dead`: not delivered, and not tried any more, until `POST …/deliveries/:delivery/retry` with `{}` */
  readonly state: "waiting" | "delivered" | "dead";
  readonly createdAt: number;
  readonly attempts: number;
  /** null: it is not tried any more */
  readonly dueAt: number | null;
  readonly lastTry: WebhookTry | null;
}
export interface DeliveriesPage {
  readonly deliveries: readonly DeliveryView[];
  readonly next: string | null;
}

export type ChangeSubject =
  | "person"
  | "passkey"
  | "invitation"
  | "token"
  | "grant"
  | "guest"
  | "gate"
  | "holidays"
  | "webhook";
export type ChangeAction = "added" | "changed" | "removed";
export type FieldValue = string | number | boolean | null | readonly number[];
export type RecordedField =
  | "name"
  | "email"
  | "isAdministrator"
  | "isActive"
  | "expiresAt"
  | "days"
  | "fromMinute"
  | "toMinute"
  | "startsAt"
  | "endsAt"
  | "perMinute"
  | "onHolidays"
  | "openings"
  | "thingName"
  | "output"
  | "timeZone"
  | "receiver"
  | "events";
export interface FieldChange {
  readonly field: RecordedField;
  /** null: there was no value */
  readonly from: FieldValue;
  readonly to: FieldValue;
}
/** One entry in the record of changes. A name that is null: the person was deleted. */
export interface ChangeView {
  readonly id: string;
  readonly at: number;
  /** `provider`: the OpenID provider at a sign-in. `operator`: a command on the server. */
  readonly by: "person" | "provider" | "operator";
  /** null unless it was a person */
  readonly author: Pick<PastPerson, "id" | "name"> | null;
  readonly subject: ChangeSubject;
  readonly subjectId: string;
  readonly action: ChangeAction;
  /** whom it is about; null: nobody */
  readonly person: Pick<PastPerson, "id" | "name"> | null;
  /** null: it is about no gate, or about all */
  readonly gate: { readonly id: string; readonly name: string } | null;
  readonly fields: readonly FieldChange[];
}
/** Query of `GET /api/admin/changes` and `/api/admin/changes.csv`; newest first. */
export interface ChangesQuery {
  /** whom it is about */
  readonly person?: string;
  readonly gate?: string;
  /** who has changed it */
  readonly author?: string;
  readonly subject?: ChangeSubject;
  /** inclusive */
  readonly from?: number;
  /** exclusive */
  readonly to?: number;
  /** {@link ChangesPage.next} of the page before */
  readonly after?: string;
  /** 1–200, default 50 */
  readonly limit?: number;
}
export interface ChangesPage {
  readonly changes: readonly ChangeView[];
  readonly next: string | null;
}

/** The body of every error response. */
export interface Problem {
  /**
   * for programs: `not-signed-in`, `csrf`, `not-found`, `invalid`, `too-large`, `rate-limited`, …
   * or a {@link ServiceReason}
   */
  readonly error: string;
  /** for people: what happened and what to do */
  readonly message: string;
  /** the request as recorded, if there is one */
  readonly request?: RequestView;
}
