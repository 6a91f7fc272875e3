import { Hono } from "hono";
import type { SessionView } from "../api.ts";
import type { SignedIn, WebContext, WebEnv } from "./context.ts";
import { providerName } from "./oidc-routes.ts";
import type { Sessions } from "./sessions.ts";
import type { WebSettings } from "./settings.ts";
import type { Streams } from "./streams.ts";
import { personSummary } from "./views.ts";

interface SessionParts {
  readonly settings: WebSettings;
  readonly sessions: Sessions;
  readonly streams: Streams;
}

export function sessionRoutes(parts: SessionParts): Hono<WebEnv> {
  const { sessions, streams } = parts;
  return new Hono<WebEnv>()
    .get("/session", async (c) => {
      const { signedIn } = c.var;
      if (signedIn !== undefined) await sessions.noteSeen(signedIn);
      const isLockedOut = signedIn === undefined && (await sessions.wasLockedOut(c));
      return c.json({ ...sessionView(parts, c, signedIn), isLockedOut } satisfies SessionView);
    })
    .post("/sign-out", async (c) => {
      const { signedIn } = c.var;
      await sessions.end(c);
      if (signedIn !== undefined) streams.endOfSession(signedIn.session.tokenHash);
      return c.body(null, 204);
    });
}

export function sessionView(
  { settings, sessions }: Pick<SessionParts, "settings" | "sessions">,
  c: WebContext,
  signedIn: SignedIn | undefined,
): SessionView {
  const { oidc, contact } = settings;
  return {
    person: signedIn === undefined ? null : personSummary(signedIn.person),
    isLockedOut: false,
    contact,
    csrfToken: sessions.csrfToken(c, signedIn),
    commandLifetimeMs: settings.commandLifetimeMs,
    methods: {
      passkey: true,
      oidc: oidc === null ? null : { name: providerName(c, oidc), url: "/api/sign-in/oidc" },
    },
  };
}
