import { randomUUID } from "node:crypto";
import { Hono, type MiddlewareHandler } from "hono";
import * as v from "valibot";
import type { GuestState, GuestsPage, GuestView, NewGuestView, SessionView } from "../api.ts";
import type { Guest, InvitedGuest } from "../domain/entities.ts";
import { guestState, isAdmitted } from "../domain/guests.ts";
import { longestGuestDays, longestNote, longestPersonName, mostOpenings } from "../input-limits.ts";
import type { Store } from "../store/store.ts";
import { authorOf } from "./author.ts";
import { clientOf, type WebContext, type WebEnv } from "./context.ts";
import { gateId, integer, line, moment, pageEntries } from "./fields.ts";
import { said, wordsFor } from "./language.ts";
import type { Logger } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { endsInPast, notFound, problem, readBody, readQuery } from "./problem.ts";
import { hashOf, newToken, type RandomBytes } from "./secrets.ts";
import { sessionView } from "./session-routes.ts";
import type { Sessions } from "./sessions.ts";
import type { WebSettings } from "./settings.ts";
import type { Streams } from "./streams.ts";

interface GuestParts {
  readonly store: Store;
  readonly settings: WebSettings;
  readonly streams: Streams;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly randomBytes: RandomBytes;
  now(): number;
}

const dayMs = 86_400_000;
const states = [
  ...["upcoming", "valid", "used-up", "ended", "revoked"],
] as const satisfies readonly GuestState[];
const guestBody = v.strictObject({
  gate: gateId,
  name: line(longestPersonName),
  note: v.exactOptional(v.union([v.literal(""), line(longestNote)]), ""),
  inviter: v.exactOptional(line(64)),
  startsAt: moment,
  endsAt: moment,
  openings: integer(1, mostOpenings),
});
const guestsQuery = v.strictObject({
  gate: v.exactOptional(gateId),
  state: v.exactOptional(
    v.picklist(
      states,
      said((field) => field.guestState),
    ),
  ),
  ...pageEntries,
});
const linkBody = v.strictObject({
  token: v.pipe(
    v.string(said((field) => field.text)),
    v.regex(
      /^[\w-]{43}$/,
      said((field) => field.guestToken),
    ),
  ),
});

/** The exchange of the token in a guest's link for a session. It uses nothing up. */
export function guestLinkRoutes(
  parts: GuestParts & {
    readonly sessions: Sessions;
    readonly signInLimit: MiddlewareHandler<WebEnv>;
  },
): Hono<WebEnv> {
  const { store, streams, sessions, signInLimit, metrics, log, now } = parts;
  return new Hono<WebEnv>().post("/guest", signInLimit, async (c) => {
    const body = await readBody(c, linkBody);
    if (body.type === "problem") return body.response;
    const guest = await store.guestByToken(hashOf(body.value.token));
    const before = clientOf(c)?.session;
    const isIn = guest !== undefined && isAdmitted(guest, now());
    const guestIn = isIn ? await sessions.beginGuest(c, guest) : undefined;
    metrics.signIn("guest", guestIn === undefined ? "refused" : "accepted");
    if (guestIn === undefined) return problem(c, 404, "guest-over", wordsFor(c).problems.guestOver);
    if (before !== undefined) streams.endOfSession(before.tokenHash);
    log.info({ guest: guestIn.guest.id, address: c.var.address }, "a guest has opened the link");
    return c.json(sessionView(parts, c, guestIn) satisfies SessionView);
  });
}

/** For administrators: the guests and their links. */
export function guestRoutes(parts: GuestParts): Hono<WebEnv> {
  const { store, streams, log, now } = parts;
  return new Hono<WebEnv>()
    .get("/guests", async (c) => {
      const asked = readQuery(c, guestsQuery);
      if (asked.type === "problem") return asked.response;
      const { gate, ...rest } = asked.value;
      const filter = gate === undefined ? {} : { gateId: gate };
      const { guests, next } = await store.guestsPage({ ...filter, ...rest, now: now() });
      const gates = await store.gatesWith([...new Set(guests.map(({ gateId }) => gateId))]);
      const nameOf = (id: string) => gates.find((each) => each.id === id)?.name ?? id;
      const views = guests.map((guest) => guestView(guest, nameOf(guest.gateId), now()));
      return c.json({ guests: views, next } satisfies GuestsPage);
    })
    .post("/guests", (c) => create(parts, c))
    .delete("/guests/:id", async (c) => {
      const id = c.req.param("id");
      if (!(await store.revokeGuest(id, now(), authorOf(c)))) return notFound(c, "guest");
      await streams.endOf(id);
      log.info({ guest: id, by: c.var.signedIn?.person.id }, "a guest was revoked");
      return c.body(null, 204);
    });
}

async function create(parts: GuestParts, c: WebContext): Promise<Response> {
  const { store, settings, log, randomBytes, now } = parts;
  const body = await readBody(c, guestBody);
  if (body.type === "problem") return body.response;
  const { gate, inviter, ...rest } = body.value;
  const { startsAt, endsAt } = rest;
  const invalid = (message: string) => problem(c, 400, "invalid", message);
  if (endsAt <= now()) return endsInPast(c);
  if (endsAt <= startsAt) return invalid(`endsAt: ${wordsFor(c).field.endsBeforeStart}`);
  if (endsAt - startsAt > longestGuestDays * dayMs) {
    return invalid(wordsFor(c).problems.guestTooLong(longestGuestDays));
  }
  const by = c.var.signedIn?.person.id ?? "";
  const person = await store.person(inviter ?? by);
  const known = await store.gate(gate);
  if (person === undefined || known === undefined) {
    return invalid(wordsFor(c).problems.noPersonOrGate);
  }
  if (!person.isActive) return invalid(wordsFor(c).problems.inviterLockedOut);
  const token = newToken(randomBytes);
  const guest: Guest = {
    id: randomUUID(),
    tokenHash: hashOf(token),
    gateId: gate,
    inviterId: person.id,
    ...rest,
    used: 0,
    revokedAt: null,
    createdAt: now(),
  };
  await store.createGuest(guest, authorOf(c));
  log.info({ guest: guest.id, gate, inviter: person.id, by }, "a guest was invited");
  const invited = { ...guest, inviterName: person.name, isInviterActive: true };
  // A fragment never leaves the browser: it reaches no log and no Referer.
  const url = `${settings.origin}/#guest=${token}`;
  return c.json({ ...guestView(invited, known.name, now()), url } satisfies NewGuestView, 201);
}

function guestView(guest: InvitedGuest, gateName: string, now: number): GuestView {
  const { id, name, note, startsAt, endsAt, openings, used, createdAt } = guest;
  return {
    id,
    gate: guest.gateId,
    gateName,
    name,
    note,
    inviter: { id: guest.inviterId, name: guest.inviterName },
    isInviterActive: guest.isInviterActive,
    startsAt,
    endsAt,
    openings,
    used,
    state: guestState(guest, now),
    createdAt,
  };
}
