import { Hono } from "hono";
import * as v from "valibot";
import type { CurrentState, GateView } from "../api.ts";
import type { GateLink } from "../cloud/gate-link.ts";
import { type Access, mayUse, noGrants } from "../domain/access.ts";
import type { Gate, OpenRequest } from "../domain/entities.ts";
import { type Holidays, holidaysOf, holidayWindow } from "../domain/holidays.ts";
import type { Store } from "../store/store.ts";
import type { Language } from "../words/languages.ts";
import { type Asker, askerId, askerOf } from "./asker.ts";
import type { Boxes } from "./boxes.ts";
import type { WebContext, WebEnv } from "./context.ts";
import { duration, gateId, uuid } from "./fields.ts";
import { languageOf, wordsFor } from "./language.ts";
import type { Logger } from "./log.ts";
import type { OpenRequests, Refusal, Tap } from "./open-requests.ts";
import { notFound, notSignedIn, problem, readBody, tooMany } from "./problem.ts";
import type { Limits } from "./request-limits.ts";
import type { WebSettings } from "./settings.ts";
import { recentMs } from "./streams.ts";
import type { TapsFirst } from "./taps-first.ts";
import { requestView } from "./views.ts";

/** What an open needs. */
export interface OpenParts {
  readonly store: Store;
  readonly link: GateLink;
  readonly boxes: Boxes;
  readonly openRequests: OpenRequests;
  readonly limits: Limits;
  readonly tapsFirst: TapsFirst;
  readonly settings: WebSettings;
  readonly log: Logger;
  now(): number;
}

interface GateParts extends OpenParts {
  readonly gateViews: (asker: Asker, language: Language) => Promise<readonly GateView[]>;
}

/** Longer than any page waits for an answer. */
const maximumAgeMs = 3_600_000;
const mostRecent = 100;
const openBody = v.strictObject({ id: uuid, ageMs: v.exactOptional(duration(maximumAgeMs), 0) });

/** The gates that a person or a guest may see, and the request to open one. */
export function gateRoutes(parts: GateParts): Hono<WebEnv> {
  return new Hono<WebEnv>()
    .get("/gates", async (c) => {
      const asker = askerOf(c);
      return asker === undefined
        ? notSignedIn(c)
        : c.json(await parts.gateViews(asker, languageOf(c)));
    })
    .get("/state", async (c) => {
      const asker = askerOf(c);
      if (asker === undefined) return notSignedIn(c);
      const { store, gateViews, now } = parts;
      const isGuest = asker.type === "guest";
      const ids = {
        people: isGuest ? [] : [askerId(asker)],
        guests: isGuest ? [askerId(asker)] : [],
      };
      const [gates, requests] = await Promise.all([
        gateViews(asker, languageOf(c)),
        store.requestsSince(ids, now() - recentMs, mostRecent),
      ]);
      return c.json({ gates, requests: requests.map(requestView) } satisfies CurrentState);
    })
    .get("/requests/:id", async (c) => {
      const asker = askerOf(c);
      if (asker === undefined) return notSignedIn(c);
      const id = v.safeParse(uuid, c.req.param("id"));
      const request = id.success ? await parts.store.request(id.output) : undefined;
      const isTheirs = (request?.personId ?? request?.guestId) === askerId(asker);
      return request !== undefined && isTheirs
        ? c.json(requestView(request))
        : notFound(c, "request");
    })
    .post("/gates/:gate/open", (c) => {
      const asker = askerOf(c);
      if (asker === undefined) return notSignedIn(c);
      return parts.tapsFirst.tap(() => open(parts, c, asker));
    });
}

async function open(parts: GateParts, c: WebContext, from: Asker): Promise<Response> {
  // Whoever has a link must not be able to fill the records.
  const verdict =
    from.type === "guest" ? await parts.limits.guestPost(from.guest.id, parts.now()) : null;
  if (verdict?.allowed === false) return tooMany(c, verdict.retryAfterMs);
  const id = v.safeParse(gateId, c.req.param("gate"));
  if (!id.success) return notFound(c, "gate");
  const body = await readBody(c, openBody);
  if (body.type === "problem") return body.response;
  const gate = await parts.store.forTaps.gate(id.output);
  const tap: Tap = {
    id: body.value.id,
    gateId: id.output,
    gate,
    from,
    address: c.var.address,
    via: null,
    // The command's lifetime counts from the slide, however often the tap is sent.
    at: c.var.arrivedAt - body.value.ageMs,
  };
  const { taken, waitMs } = await take(parts, tap, () => decide(parts, tap, c.var.arrivedAt));
  return taken === undefined
    ? problem(c, 409, "id-taken", wordsFor(c).problems.idTaken)
    : answer(c, taken, gate === undefined, waitMs);
}

/** @returns the recorded request; undefined when its id belongs to another one */
export async function take(
  { openRequests, log }: OpenParts,
  tap: Tap,
  decide: () => Promise<Decision>,
): Promise<{ readonly taken: OpenRequest | undefined; readonly waitMs: number }> {
  let waitMs = 1_000;
  const result = await openRequests.tap(tap, async () => {
    const decision = await decide();
    waitMs = decision.waitMs ?? waitMs;
    return decision.refusal;
  });
  if (result.type === "recorded") return { taken: result.request, waitMs };
  log.warn({ from: askerId(tap.from), request: tap.id }, "a tap used the id of another request");
  return { taken: undefined, waitMs };
}

export interface Decision {
  /** undefined: the command may be sent */
  readonly refusal: Refusal | undefined;
  readonly waitMs?: number;
}

export async function decide(
  { store, link, boxes, limits, settings, now }: OpenParts,
  { gate, from, at }: Tap,
  arrivedAt: number,
): Promise<Decision> {
  const verdict = await limits.open(askerId(from), now());
  if (!verdict.allowed) {
    const waitMs = verdict.retryAfterMs;
    return { refusal: { state: "denied", reason: "rate-limited" }, waitMs };
  }
  if (gate === undefined) return { refusal: { state: "denied", reason: "no-grant" } };
  const access = await accessOf(store, from, gate);
  const may = mayUse(gate, access, await holidaysFor(store, gate, access, now()), now());
  if (!may.open) return { refusal: { state: "denied", reason: may.why } };
  const { commandLifetimeMs } = settings;
  if (now() - at >= commandLifetimeMs) {
    const reason = arrivedAt - at >= commandLifetimeMs ? "too-late" : "service-busy";
    return { refusal: { state: "failed", reason } };
  }
  // Nobody would learn the outcome.
  if (!link.isListening) return { refusal: { state: "failed", reason: "broker-away" } };
  if (boxes.state(gate.thingName) === "offline") {
    return { refusal: { state: "failed", reason: "box-offline" } };
  }
  return { refusal: undefined };
}

/** As it is in the database now. */
async function accessOf(store: Store, from: Asker, gate: Gate): Promise<Access> {
  if (from.type === "person") {
    const grants = await store.forTaps.grants({ personId: from.person.id, gateId: gate.id });
    return { type: "grants", grants };
  }
  const guest = await store.forTaps.guest(from.guest.id);
  return guest?.gateId === gate.id ? { type: "guest", guest } : noGrants;
}

/** Most people's grants open on every day, so that no query is needed. */
async function holidaysFor(
  store: Store,
  gate: Gate,
  access: Access,
  now: number,
): Promise<Holidays> {
  const isEveryDay = access.type === "guest" || access.grants.every((grant) => grant.onHolidays);
  if (isEveryDay) return new Set();
  return holidaysOf(gate.id, await store.forTaps.holidaysBetween(holidayWindow(now)));
}

/** A repeated request gets the same answer as the first one. */
export function answer(
  c: WebContext,
  kept: OpenRequest,
  isUnknown: boolean,
  waitMs: number,
): Response {
  const request = requestView(kept);
  const reason = request.reason ?? "";
  if (kept.state === "failed") {
    const failures: Readonly<Record<string, string>> = wordsFor(c).problems.failures;
    const message = failures[reason] ?? wordsFor(c).problems.failures["broker-away"];
    if (reason === "too-late") return problem(c, 410, reason, message, { request });
    return problem(c, 503, reason, message, { request, retryAfterSeconds: 5 });
  }
  if (kept.state !== "denied") return c.json(request, 202);
  if (reason === "rate-limited") {
    const retryAfterSeconds = Math.ceil(waitMs / 1_000);
    const message = wordsFor(c).problems.tooManyRequests(retryAfterSeconds);
    return problem(c, 429, reason, message, { request, retryAfterSeconds });
  }
  if (isUnknown) return notFound(c, "gate", { request });
  const denials: Readonly<Record<string, string>> = wordsFor(c).problems.denials;
  const message = denials[reason] ?? wordsFor(c).problems.denials["no-grant"];
  return problem(c, 403, reason, message, { request });
}
