import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { WebContext, WebEnv } from "./context.ts";
import { wordsFor } from "./language.ts";
import { notFound, notSignedIn, problem } from "./problem.ts";
import { isSame } from "./secrets.ts";
import type { Sessions } from "./sessions.ts";
import type { WebSettings } from "./settings.ts";

export type Guard = MiddlewareHandler<WebEnv>;

export const maximumBodyBytes = 16 * 1024;
/** A calendar file in JSON, in which a character may need several bytes. */
const maximumCalendarBytes = 1024 * 1024;

export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join("; ");

const permissionsPolicy = [
  ...["camera", "geolocation", "microphone", "payment", "usb", "serial", "bluetooth"].map(
    (feature) => `${feature}=()`,
  ),
  "publickey-credentials-get=(self)",
  "publickey-credentials-create=(self)",
].join(", ");

/** On every response, including errors. */
export function securityHeaders({ isSecure }: WebSettings): Guard {
  return async (c, next) => {
    await next();
    const { headers } = c.res;
    headers.set("Content-Security-Policy", contentSecurityPolicy);
    headers.set("Permissions-Policy", permissionsPolicy);
    headers.set("Referrer-Policy", "no-referrer");
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("X-Frame-Options", "DENY");
    headers.set("Cross-Origin-Opener-Policy", "same-origin");
    headers.set("Cross-Origin-Resource-Policy", "same-origin");
    if (isSecure) headers.set("Strict-Transport-Security", "max-age=31536000");
    // The status of a gate can change at any moment.
    if (!headers.has("Cache-Control")) headers.set("Cache-Control", "no-store");
  };
}

/** Refuses every change that a browser sends from another origin. */
export function sameOrigin({ origin }: WebSettings): Guard {
  return async (c, next) => {
    if (isReading(c)) return next();
    const from = c.req.header("origin");
    const site = c.req.header("sec-fetch-site");
    // Every browser sends at least one of the two headers. A proxy may have removed the other.
    const isOurs = from === undefined ? site === "same-origin" : from === origin;
    if (isOurs && (site === undefined || site === "same-origin")) return next();
    return problem(c, 403, "cross-site", wordsFor(c).problems.crossSite);
  };
}

/** No path here contains a NUL, and neither database accepts one. */
export function withoutNul(): Guard {
  return async (c, next) =>
    c.req.path.includes("%00") || c.req.path.includes("\0") ? notFound(c, "page") : next();
}

export function jsonOnly(): Guard {
  return async (c, next) => {
    if (isReading(c)) return next();
    const [type = ""] = (c.req.header("content-type") ?? "").split(";");
    if (type.trim().toLowerCase() === "application/json") return next();
    return problem(c, 415, "content-type", wordsFor(c).problems.contentType);
  };
}

export function limitedBody(): Guard {
  const small = limitOf(maximumBodyBytes);
  const calendar = limitOf(maximumCalendarBytes);
  return (c, next) =>
    /^\/api\/admin\/holidays(\/preview)?$/.test(c.req.path) ? calendar(c, next) : small(c, next);
}

function limitOf(maxSize: number): Guard {
  return bodyLimit({
    maxSize,
    onError: (c) =>
      problem(c as WebContext, 413, "too-large", wordsFor(c).problems.bodyTooLarge(maxSize)),
  });
}

/** Looks up the session for every request, so that locking a person out, or revoking a guest, takes effect at once. */
export function whoAsks(sessions: Sessions): Guard {
  return async (c, next) => {
    const signedIn = await sessions.find(c);
    const guest = signedIn === undefined ? await sessions.findGuest(c) : undefined;
    c.set("signedIn", signedIn);
    c.set("guestIn", guest === "over" ? undefined : guest);
    c.set("isGuestOver", guest === "over");
    await next();
  };
}

export function csrf(sessions: Sessions): Guard {
  return async (c, next) => {
    if (isReading(c)) return next();
    const expected = sessions.expectedCsrfToken(c);
    const given = c.req.header("x-csrf-token") ?? "";
    if (expected !== undefined && isSame(expected, given)) return next();
    // The page does not know yet that its session has ended.
    const isKnown = c.var.signedIn !== undefined || c.var.guestIn !== undefined;
    if (!isKnown && sessions.hasCookie(c)) return notSignedIn(c);
    return problem(c, 403, "csrf", wordsFor(c).problems.outdatedPage);
  };
}

function isReading(c: WebContext): boolean {
  return c.req.method === "GET" || c.req.method === "HEAD";
}

export function administratorsOnly(): Guard {
  return async (c, next) => {
    const { signedIn } = c.var;
    if (signedIn === undefined) return notSignedIn(c);
    if (signedIn.person.isAdministrator) return next();
    return problem(c, 403, "not-administrator", wordsFor(c).problems.administratorsOnly);
  };
}
