import { Hono } from "hono";
import * as v from "valibot";
import { isPlain, isWord } from "../../device/messages/command.ts";
import type { OpenRequest } from "../domain/entities.ts";
import { openStates } from "../domain/request.ts";
import { type ApiClient, findApiClient, refusalOf, requestIdOf } from "./api-clients.ts";
import { apiDescription } from "./api-description.ts";
import type { WebContext, WebEnv } from "./context.ts";
import { uuid } from "./fields.ts";
import { answer, type Decision, decide, type OpenParts, take } from "./gate-routes.ts";
import { limitedBody, withoutNul } from "./guards.ts";
import { wordsFor } from "./language.ts";
import type { Tap } from "./open-requests.ts";
import { notFound, problem, tooMany } from "./problem.ts";
import { requestView } from "./views.ts";

/** How long a program may wait for the outcome, in s. */
const longestWaitSeconds = 15;

/**
 * The API for programs, `/api/v1`. It knows no sessions and no cookies: every request has a token of its
 * own, which no browser adds by itself, so that no other page can use it.
 */
export function programRoutes(parts: OpenParts): Hono<WebEnv> {
  return new Hono<WebEnv>()
    .use(limitedBody(), withoutNul())
    .get("/openapi.json", (c) => c.json(apiDescription(parts.settings.origin)))
    .post("/gates/:gate/open", async (c) => {
      const client = await admit(parts, c);
      return client instanceof Response ? client : open(parts, c, client);
    })
    .all("/gates/:gate/open", (c) => {
      c.header("Allow", "POST");
      return problem(c, 405, "method", wordsFor(c).problems.onlyPost);
    })
    .get("/requests/:id", async (c) => {
      const client = await admit(parts, c);
      return client instanceof Response ? client : outcome(parts, c, client);
    })
    .all("*", (c) => notFound(c, "page"));
}

async function admit(
  { store, limits, now }: OpenParts,
  c: WebContext,
): Promise<ApiClient | Response> {
  const client = await findApiClient(store.forTaps, c);
  if (client !== undefined) return client;
  // Guessing a token is hopeless; this keeps the log and the database from being flooded.
  const verdict = await limits.signIn(c.var.address, now());
  if (!verdict.allowed) return tooMany(c, verdict.retryAfterMs);
  c.header("WWW-Authenticate", "Bearer");
  return problem(c, 401, "no-token", wordsFor(c).problems.noToken);
}

async function open(
  parts: OpenParts,
  c: WebContext,
  { token, person }: ApiClient,
): Promise<Response> {
  const { store, openRequests, tapsFirst, limits, now } = parts;
  if (c.req.param("gate") !== token.gateId) {
    return problem(c, 403, "other-gate", wordsFor(c).problems.otherGate);
  }
  const key = c.req.header("idempotency-key") ?? "";
  if (!isWord(key, isPlain)) return problem(c, 400, "invalid", wordsFor(c).problems.idempotencyKey);
  const body = (await c.req.text()).trim();
  if (body !== "" && body !== "{}") return problem(c, 400, "invalid", wordsFor(c).problems.noBody);
  const waitSeconds = waitIn(c.req.header("prefer"));
  if (waitSeconds === undefined)
    return problem(c, 400, "invalid", wordsFor(c).problems.wait(longestWaitSeconds));
  const at = c.var.arrivedAt;
  const gate = await store.forTaps.gate(token.gateId);
  const tap: Tap = {
    id: requestIdOf(token, key),
    gateId: token.gateId,
    gate,
    from: { type: "person", person },
    address: c.var.address,
    via: token.name,
    at,
  };
  const judge = async (): Promise<Decision> => {
    const refusal = gate && (await refusalOf(limits, token, gate, now()));
    if (refusal === undefined) return decide(parts, tap, at);
    const { reason } = refusal;
    return {
      refusal: { state: "denied", reason },
      ...(refusal.waitMs === undefined ? {} : { waitMs: refusal.waitMs }),
    };
  };
  const { taken, waitMs } = await tapsFirst.tap(() => take(parts, tap, judge));
  await store.forTaps.useApiToken(token.id, at);
  if (taken === undefined) return problem(c, 409, "id-taken", wordsFor(c).problems.idTaken);
  if (!openStates.some((each) => each === taken.state) || waitSeconds === 0) {
    return hasEnded(taken)
      ? c.json(requestView(taken))
      : answer(c, taken, gate === undefined, waitMs);
  }
  c.header("Preference-Applied", `wait=${waitSeconds}`);
  const later = (await openRequests.awaitEnd(taken.id, waitSeconds * 1_000)) ?? taken;
  return c.json(requestView(later), hasEnded(later) ? 200 : 202);
}

/** The box has answered, or nobody will: what happened is not an error of the request. */
function hasEnded({ state }: OpenRequest): boolean {
  return state === "opened" || state === "refused" || state === "unanswered";
}

async function outcome(
  { store }: OpenParts,
  c: WebContext,
  { token }: ApiClient,
): Promise<Response> {
  const id = v.safeParse(uuid, c.req.param("id"));
  const request = id.success ? await store.request(id.output) : undefined;
  const isTheirs =
    request?.personId === token.personId &&
    request.gateId === token.gateId &&
    request.via === token.name;
  return request !== undefined && isTheirs ? c.json(requestView(request)) : notFound(c, "request");
}

/** `wait=10` (RFC 7240, 4.3). @returns 0 if nothing is preferred; undefined if it cannot be met */
function waitIn(header: string | undefined): number | undefined {
  if (header === undefined) return 0;
  const [, digits] = /^\s*wait\s*=\s*"?(\d{1,3})"?\s*$/i.exec(header) ?? [];
  if (digits === undefined) return undefined;
  const seconds = Number(digits);
  return seconds <= longestWaitSeconds ? seconds : undefined;
}
