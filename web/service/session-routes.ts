import { Hono } from "hono";
import type { SessionView } from "../api.ts";
import { clientOf, type GuestIn, type SignedIn, type WebContext, type WebEnv } from "./context.ts";
import { providerName } from "./oidc-routes.ts";
import type { Sessions } from "./sessions.ts";
import type { WebSettings } from "./settings.ts";
import type { Streams } from "./streams.ts";
import { guestSummary, personSummary } from "./views.ts";

interface SessionParts {
  readonly settings: WebSettings;
  readonly sessions: Sessions;
  readonly streams: Streams;
}

export function sessionRoutes(parts: SessionParts): Hono<WebEnv> {
  const { sessions, streams } = parts;
  return new Hono<WebEnv>()
    .get("/session", async (c) => {
      const { signedIn, guestIn, isGuestOver } = c.var;
      if (signedIn !== undefined) await sessions.noteSeen(signedIn);
      const isNobody = signedIn === undefined && guestIn === undefined && !isGuestOver;
      const isLockedOut = isNobody && (await sessions.wasLockedOut(c));
      return c.json({
        ...sessionView(parts, c, clientOf(c)),
        isGuestOver,
        isLockedOut,
      } satisfies SessionView);
    })
    .post("/sign-out", async (c) => {
      await sessions.end(c);
      const session = clientOf(c)?.session;
      if (session !== undefined) streams.endOfSession(session.tokenHash);
      return c.body(null, 204);
    });
}

export function sessionView(
  { settings, sessions }: Pick<SessionParts, "settings" | "sessions">,
  c: WebContext,
  client: SignedIn | GuestIn | undefined,
): SessionView {
  const { oidc, contact } = settings;
  return {
    person: client !== undefined && "person" in client ? personSummary(client.person) : null,
    guest: client !== undefined && "guest" in client ? guestSummary(client.guest) : null,
    isGuestOver: false,
    isLockedOut: false,
    contact,
    csrfToken: sessions.csrfToken(c, client?.session),
    commandLifetimeMs: settings.commandLifetimeMs,
    methods: {
      passkey: true,
      oidc: oidc === null ? null : { name: providerName(c, oidc), url: "/api/sign-in/oidc" },
    },
  };
}
