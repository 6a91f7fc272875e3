import { randomUUID } from "node:crypto";
import { Hono, type MiddlewareHandler } from "hono";
import type { Person } from "../domain/entities.ts";
import type { Store } from "../store/store.ts";
import { signInMethodsOf } from "./administrators.ts";
import { isAllowed, missingClaim, isAdministrator as readIsAdministrator } from "./allow-list.ts";
import type { WebContext, WebEnv } from "./context.ts";
import { wordsFor } from "./language.ts";
import type { Logger } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import type { OidcSettings } from "./oidc-settings.ts";
import { plainPage } from "./plain-page.ts";
import type { Claims, Provider } from "./provider.ts";
import type { Sessions } from "./sessions.ts";
import type { WebSettings } from "./settings.ts";
import type { Streams } from "./streams.ts";

export const oidcCallbackPath = "/api/sign-in/oidc/callback";

interface OidcParts {
  readonly store: Store;
  readonly settings: WebSettings;
  readonly oidc: OidcSettings;
  readonly provider: Provider;
  readonly sessions: Sessions;
  readonly streams: Streams;
  readonly log: Logger;
  readonly metrics: Metrics;
  now(): number;
  readonly signInLimit: MiddlewareHandler<WebEnv>;
}

/** The browser navigates here itself, so every response is a page or a redirect. */
export function oidcRoutes(parts: OidcParts): Hono<WebEnv> {
  const { oidc, provider, sessions, log } = parts;
  return new Hono<WebEnv>()
    .get("/sign-in/oidc", parts.signInLimit, async (c) => {
      const attempt = await sessions.beginAttempt(c, "oidc");
      const begun = await provider.begin(attempt);
      if (begun.type === "url") return c.redirect(begun.url.href, 303);
      log.error({ why: begun.why }, "the provider cannot be used");
      return unavailable(c, oidc);
    })
    .get("/sign-in/oidc/callback", parts.signInLimit, (c) => callback(parts, c));
}

async function callback(parts: OidcParts, c: WebContext): Promise<Response> {
  const { oidc, provider, sessions, log } = parts;
  const said = wordsFor(c).oidc;
  const attempt = await sessions.takeAttempt(c, "oidc");
  if (attempt === undefined) {
    return refused(parts, c, "no sign-in in progress", said.attemptOver);
  }
  const result = await provider.finish(attempt, new URL(c.req.url).search);
  if (result.type === "unavailable") {
    log.error({ why: result.why }, "the provider cannot be used");
    return unavailable(c, oidc);
  }
  if (result.type === "refused") {
    return refused(parts, c, result.why, said.notConfirmed(providerName(c, oidc)));
  }
  const { claims } = result;
  const known = await parts.store.personByOidc(claims.subject);
  if (!isAllowed(claims, oidc)) {
    const missing = missingClaim(claims, oidc);
    // Without the groups, nobody knows whether the person is still on the list.
    if (known !== undefined && claims.groups !== null) await lockOut(parts, known);
    const why = `not on the allow list: ${claims.subject}${missing === undefined ? "" : `; ${missing}`}`;
    return refused(parts, c, why, missing === undefined ? said.notAllowed : said.notJudged);
  }
  if (known?.isActive === false) {
    return refused(parts, c, `locked out: ${known.id}`, said.lockedOut);
  }
  if (claims.groups === null) {
    log.warn({ subject: claims.subject }, "the provider left out the groups: rights are unchanged");
  }
  const person = await welcome(parts, c, known, claims);
  if ((await sessions.begin(c, person, null)) === undefined) {
    return refused(parts, c, `locked out: ${person.id}`, said.lockedOut);
  }
  parts.metrics.signIn("oidc", "accepted");
  log.info({ person: person.id, method: "oidc", address: c.var.address }, "a person signed in");
  return c.redirect("/", 303);
}

/** Also ends the sessions from when the person was still on the list. */
async function lockOut({ store, streams }: OidcParts, { id }: Person): Promise<void> {
  await store.deleteSessionsOf(id);
  await streams.endOf(id);
}

async function welcome(
  { store, settings, oidc, now, log }: OidcParts,
  c: WebContext,
  known: Person | undefined,
  claims: Claims,
): Promise<Person> {
  const isAdmin = readIsAdministrator(claims, oidc);
  const author = { by: "provider", personId: null, at: now() } as const;
  if (known !== undefined) {
    const email = claims.verifiedEmail ?? known.email;
    const isAdministrator = isAdmin ?? known.isAdministrator;
    const methods = signInMethodsOf(settings);
    const changed = await store.changePerson(known.id, { email, isAdministrator }, methods, author);
    if (changed.type === "changed") return changed.value;
    if (changed.type === "last-administrator") {
      log.warn(
        { person: known.id, group: oidc.adminGroup },
        "the last administrator is not in the provider's group for administrators, and keeps the rights",
      );
    }
    return (await store.updatePerson(known.id, { email })) ?? known;
  }
  const person: Person = {
    id: randomUUID(),
    name: claims.name ?? claims.verifiedEmail ?? wordsFor(c).nameless,
    email: claims.verifiedEmail,
    isAdministrator: isAdmin ?? false,
    isActive: true,
    oidcSubject: claims.subject,
    createdAt: now(),
    lastSeenAt: null,
  };
  try {
    await store.createPerson(person, author);
    return person;
  } catch (error) {
    // A concurrent first sign-in of the same person was faster.
    const other = await store.personByOidc(claims.subject);
    if (other === undefined) throw error;
    return other;
  }
}

function refused(
  { log, metrics, settings }: OidcParts,
  c: WebContext,
  why: string,
  message: string,
): Response {
  metrics.signIn("oidc", "refused");
  log.warn({ method: "oidc", why, address: c.var.address }, "a sign-in was refused");
  c.set("problem", "not-accepted");
  const { contact } = settings;
  const said = wordsFor(c).oidc;
  const help = contact === null ? [] : [said.contact(contact)];
  return plainPage(c, 403, said.title, [message, ...help].join(" "));
}

function unavailable(c: WebContext, oidc: OidcSettings): Response {
  c.set("problem", "provider-unavailable");
  const said = wordsFor(c).oidc;
  return plainPage(c, 503, said.title, said.unavailable(providerName(c, oidc)));
}

/** The name of the provider, for the client of this request. */
export function providerName(c: WebContext, { name }: OidcSettings): string {
  return name ?? wordsFor(c).oidc.defaultName;
}
