import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import { compress } from "hono/compress";
import type { GateView } from "../api.ts";
import type { GateLink } from "../cloud/gate-link.ts";
import { type Store, StoreError } from "../store/store.ts";
import type { Language } from "../words/languages.ts";
import { adminGateRoutes } from "./admin-gate-routes.ts";
import { programRoutes } from "./api-routes.ts";
import type { Asker } from "./asker.ts";
import { type Assets, assetRoutes } from "./assets.ts";
import type { Boxes } from "./boxes.ts";
import { changeRoutes } from "./change-routes.ts";
import { clientAddress } from "./client-address.ts";
import type { WebContext, WebEnv } from "./context.ts";
import { eventRoutes } from "./event-routes.ts";
import { gateRoutes } from "./gate-routes.ts";
import { grantRoutes } from "./grant-routes.ts";
import * as guards from "./guards.ts";
import { guestLinkRoutes, guestRoutes } from "./guest-routes.ts";
import { healthRoutes } from "./health-routes.ts";
import { historyRoutes } from "./history-routes.ts";
import { holidayRoutes } from "./holiday-routes.ts";
import { detectLanguage, wordsFor } from "./language.ts";
import { languageRoutes } from "./language-routes.ts";
import type { Logger } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { oidcCallbackPath, oidcRoutes } from "./oidc-routes.ts";
import type { OpenRequests } from "./open-requests.ts";
import { otherCommandRoutes } from "./other-command-routes.ts";
import { ownPasskeyRoutes } from "./own-passkey-routes.ts";
import { passkeyRoutes } from "./passkey-routes.ts";
import { Passkeys } from "./passkeys.ts";
import { peopleRoutes } from "./people-routes.ts";
import { notFound, problem, storeProblem, tooMany } from "./problem.ts";
import { Provider } from "./provider.ts";
import type { Readiness } from "./readiness.ts";
import type { Limits } from "./request-limits.ts";
import type { RandomBytes } from "./secrets.ts";
import { sessionRoutes } from "./session-routes.ts";
import type { Sessions } from "./sessions.ts";
import type { WebSettings } from "./settings.ts";
import type { Streams } from "./streams.ts";
import type { TapsFirst } from "./taps-first.ts";
import { tokenRoutes } from "./token-routes.ts";
import type { UnderWay } from "./under-way.ts";
import { webhookRoutes } from "./webhook-routes.ts";
import type { Webhooks } from "./webhooks.ts";

/** While the service stops, in s. */
const stoppingRetrySeconds = 5;

export interface AppParts {
  readonly store: Store;
  readonly link: GateLink;
  readonly settings: WebSettings;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly assets: Assets;
  now(): number;
  readonly randomBytes: RandomBytes;
  readonly boxes: Boxes;
  readonly openRequests: OpenRequests;
  readonly streams: Streams;
  readonly webhooks: Webhooks;
  readonly sessions: Sessions;
  readonly limits: Limits;
  readonly tapsFirst: TapsFirst;
  readonly readiness: Readiness;
  readonly underWay: UnderWay;
  readonly gateViews: (asker: Asker, language: Language) => Promise<readonly GateView[]>;
}

/** The service as a handler of Web-standard requests. It does not use sockets. */
export function createApp(parts: AppParts): Hono<WebEnv> {
  const { settings, readiness, underWay } = parts;
  const app = new Hono<WebEnv>();
  app.use(guards.securityHeaders(settings), detectLanguage);
  app.use(async (c, next) => {
    c.set("arrivedAt", parts.now());
    c.set("address", clientAddress(c, settings.trustedProxies));
    await next();
    noteProblem(parts, c);
  });
  app.route("/", healthRoutes(parts));
  app.use("/api/*", async (c, next) => {
    if (!readiness.isStopping) return underWay.during(next);
    const message = wordsFor(c).problems.stopping(stoppingRetrySeconds);
    return problem(c, 503, "stopping", message, { retryAfterSeconds: stoppingRetrySeconds });
  });
  app.route("/api/v1", programRoutes(parts));
  app.route("/api", apiRoutes(parts));
  app.route("/", assetRoutes(parts.assets));
  app.notFound((c) => notFound(c, "page"));
  app.onError((error, c) => failure(parts, c, error));
  return app;
}

function apiRoutes(parts: AppParts): Hono<WebEnv> {
  const { settings, sessions } = parts;
  const api = new Hono<WebEnv>();
  api.use(
    guards.sameOrigin(settings),
    guards.jsonOnly(),
    guards.limitedBody(),
    guards.withoutNul(),
  );
  api.use(guards.whoAsks(sessions), guards.csrf(sessions));
  const signInLimit = limitSignIn(parts);
  api.route("/", languageRoutes(settings));
  api.route("/", sessionRoutes(parts));
  const passkeys = new Passkeys(parts);
  api.route("/", passkeyRoutes({ ...parts, passkeys, signInLimit }));
  api.route("/", ownPasskeyRoutes({ ...parts, passkeys, signInLimit }));
  api.route("/", guestLinkRoutes({ ...parts, signInLimit }));
  const { oidc } = settings;
  if (oidc !== null) {
    const provider = new Provider(oidc, `${settings.origin}${oidcCallbackPath}`);
    api.route("/", oidcRoutes({ ...parts, oidc, provider, signInLimit }));
  }
  api.route("/", gateRoutes(parts));
  api.route("/", eventRoutes(parts.streams));
  // Only long lists: an event stream must not wait for a compressor, and the session holds a secret.
  const compressed = compress({ encoding: "gzip" });
  for (const path of ["/history", "/history.csv", "/admin/*"]) api.use(path, compressed);
  api.route("/", historyRoutes(parts));
  api.use("/admin/*", guards.administratorsOnly());
  api.route("/admin", peopleRoutes(parts));
  api.route("/admin", adminGateRoutes(parts));
  api.route("/admin", grantRoutes(parts));
  api.route("/admin", tokenRoutes(parts));
  api.route("/admin", guestRoutes(parts));
  api.route("/admin", holidayRoutes(parts));
  api.route("/admin", changeRoutes(parts));
  api.route("/admin", otherCommandRoutes(parts));
  api.route("/admin", webhookRoutes(parts));
  return api;
}

function limitSignIn({ limits, now }: AppParts): guards.Guard {
  return async (c, next) => {
    const verdict = await limits.signIn(c.var.address, now());
    return verdict.allowed ? next() : tooMany(c, verdict.retryAfterMs);
  };
}

/** Logs every refusal, because a request without a known person or gate is not recorded. */
function noteProblem({ log, metrics }: AppParts, c: WebContext): void {
  const word = c.var.problem;
  if (word === undefined) return;
  metrics.problem(word);
  const { method, path } = c.req;
  const { address, signedIn, guestIn } = c.var;
  const person = signedIn?.person.id;
  const guest = guestIn?.guest.id;
  const fields = { problem: word, status: c.res.status, method, path: path.slice(0, 200) };
  log.info({ ...fields, address, person, guest }, "a request was refused");
}

function failure({ log }: AppParts, c: WebContext, error: Error): Response {
  if (error instanceof StoreError) {
    if (error.kind !== "conflict")
      log.error({ err: error, kind: error.kind }, "the database failed");
    return storeProblem(c, error);
  }
  // The client disconnected, or was disconnected because it was too slow. This is not our fault.
  if ("code" in error && error.code === "ECONNRESET") {
    return problem(c, 400, "invalid", wordsFor(c).problems.incompleteBody);
  }
  const id = randomUUID();
  log.error({ err: error, id }, "unexpected error");
  return problem(c, 500, "unexpected", wordsFor(c).problems.unexpected(id));
}
