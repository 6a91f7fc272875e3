import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { CookieOptions } from "hono/utils/cookie";
import type { InvitedGuest, Person, SignInAttempt } from "../domain/entities.ts";
import { isAdmitted } from "../domain/guests.ts";
import type { Store } from "../store/store.ts";
import { clientOf, type GuestIn, type SignedIn, type WebContext } from "./context.ts";
import { derived, hashOf, isToken, newToken, type RandomBytes } from "./secrets.ts";
import type { WebSettings } from "./settings.ts";

/** How long a sign-in may take. */
const attemptLifetimeMs = 10 * 60_000;
/** `lastSeenAt` is updated at most once per this period. */
const seenEveryMs = 10 * 60_000;
/** So long after its end, the page of a guest can still say that the link has ended. */
const guestEpilogueMs = 7 * 86_400_000;

interface SessionsParts {
  readonly store: Store;
  readonly settings: WebSettings;
  now(): number;
  readonly randomBytes: RandomBytes;
}

type CookieKind = "session" | "visitor" | "sign-in";

/**
 * Sessions in cookies that no script can read. A session ends a fixed time after the sign-in, even if it
 * is in use, because the provider must confirm a person again from time to time.
 */
export class Sessions {
  readonly #parts: SessionsParts;

  constructor(parts: SessionsParts) {
    this.#parts = parts;
  }

  async find(c: WebContext): Promise<SignedIn | undefined> {
    const token = this.#cookie(c, "session");
    return token === undefined
      ? undefined
      : this.#storeFor(c).session(hashOf(token), this.#parts.now());
  }

  /**
   * Every sign-in gets a new token and ends the browser's earlier session.
   * @param credentialId the passkey that was used; null for another way to sign in
   * @returns undefined when the person has been locked out, or the passkey removed, meanwhile
   */
  async begin(
    c: WebContext,
    person: Person,
    credentialId: string | null,
  ): Promise<SignedIn | undefined> {
    const { store, settings, now, randomBytes } = this.#parts;
    await this.#endEarlier(c);
    const token = newToken(randomBytes);
    const createdAt = now();
    const session = {
      tokenHash: hashOf(token),
      personId: person.id,
      csrfToken: newToken(randomBytes),
      createdAt,
      expiresAt: createdAt + settings.sessionLifetimeMs,
    };
    if (!(await store.createSession(session, credentialId))) return undefined;
    const seen = await store.updatePerson(person.id, { lastSeenAt: createdAt });
    this.#keep(c, token, settings.sessionLifetimeMs);
    return { session, person: seen ?? person, credentialId };
  }

  /** @returns "over" when there was a guest, who may not see the gate any more */
  async findGuest(c: WebContext): Promise<GuestIn | "over" | undefined> {
    const token = this.#cookie(c, "session");
    if (token === undefined) return undefined;
    const found = await this.#storeFor(c).guestSession(hashOf(token));
    if (found === undefined) return undefined;
    return isAdmitted(found.guest, this.#parts.now()) ? found : "over";
  }

  /**
   * Ends the browser's earlier session. The guest alone says how long the new one is valid.
   * @returns undefined when the link has been revoked meanwhile
   */
  async beginGuest(c: WebContext, guest: InvitedGuest): Promise<GuestIn | undefined> {
    const { store, now, randomBytes } = this.#parts;
    await this.#endEarlier(c);
    const token = newToken(randomBytes);
    const session = {
      tokenHash: hashOf(token),
      guestId: guest.id,
      csrfToken: newToken(randomBytes),
      createdAt: now(),
    };
    if (!(await store.createGuestSession(session))) return undefined;
    this.#keep(c, token, guest.endsAt - now() + guestEpilogueMs);
    return { session, guest };
  }

  async end(c: WebContext): Promise<void> {
    await this.#endEarlier(c);
    this.#dropCookie(c, "session");
  }

  async #endEarlier(c: WebContext): Promise<void> {
    const token = this.#cookie(c, "session");
    if (token !== undefined) await this.#parts.store.deleteSession(hashOf(token));
  }

  #keep(c: WebContext, token: string, lifetimeMs: number): void {
    this.#setCookie(c, "session", token, "Strict", lifetimeMs);
    this.#dropCookie(c, "visitor");
  }

  /** A tap does not wait for other queries. */
  #storeFor(c: WebContext): Store | Store["forTaps"] {
    const { store } = this.#parts;
    return isTap(c) ? store.forTaps : store;
  }

  async noteSeen({ person }: SignedIn): Promise<void> {
    const now = this.#parts.now();
    if (person.lastSeenAt !== null && now - person.lastSeenAt < seenEveryMs) return;
    await this.#parts.store.updatePerson(person.id, { lastSeenAt: now });
  }

  /** The token that the page sends with every change. A visitor's token is bound to a cookie. */
  csrfToken(c: WebContext, session: { readonly csrfToken: string } | undefined): string {
    if (session !== undefined) return session.csrfToken;
    let visitor = this.#cookie(c, "visitor");
    if (visitor === undefined) {
      visitor = newToken(this.#parts.randomBytes);
      this.#setCookie(c, "visitor", visitor, "Strict");
    }
    return derived(visitor, "csrf");
  }

  /** Whether the browser sends a session cookie, even of an ended session. */
  hasCookie(c: WebContext): boolean {
    return this.#cookie(c, "session") !== undefined;
  }

  /** Whether the browser's session ended because its person was locked out. */
  async wasLockedOut(c: WebContext): Promise<boolean> {
    const token = this.#cookie(c, "session");
    return token !== undefined && this.#parts.store.wasLockedOut(hashOf(token), this.#parts.now());
  }

  expectedCsrfToken(c: WebContext): string | undefined {
    const session = clientOf(c)?.session;
    if (session !== undefined) return session.csrfToken;
    const visitor = this.#cookie(c, "visitor");
    return visitor === undefined ? undefined : derived(visitor, "csrf");
  }

  /** @returns the attempt's token: challenge, state, nonce and verifier are {@link derived} from it */
  async beginAttempt(c: WebContext, kind: SignInAttempt["kind"]): Promise<string> {
    const { store, now, randomBytes } = this.#parts;
    const token = newToken(randomBytes);
    const tokenHash = hashOf(token);
    await store.createSignInAttempt({ tokenHash, kind, expiresAt: now() + attemptLifetimeMs });
    // Lax, because the provider redirects people back from its own site.
    this.#setCookie(c, "sign-in", token, "Lax", attemptLifetimeMs);
    return token;
  }

  /** Uses the attempt up. @returns its token; undefined: there is none */
  async takeAttempt(c: WebContext, kind: SignInAttempt["kind"]): Promise<string | undefined> {
    const token = this.#cookie(c, "sign-in");
    if (token === undefined) return undefined;
    this.#dropCookie(c, "sign-in");
    const { store, now } = this.#parts;
    return (await store.takeSignInAttempt(hashOf(token), kind, now())) ? token : undefined;
  }

  #cookie(c: WebContext, kind: CookieKind): string | undefined {
    const token = getCookie(c, this.#cookieName(kind));
    return isToken(token) ? token : undefined;
  }

  #setCookie(
    c: WebContext,
    kind: CookieKind,
    token: string,
    sameSite: "Lax" | "Strict",
    lifetimeMs?: number,
  ): void {
    const options: CookieOptions = {
      httpOnly: true,
      secure: this.#parts.settings.isSecure,
      sameSite,
      path: "/",
      // Browsers keep a cookie for at most 400 days.
      ...(lifetimeMs === undefined
        ? {}
        : { maxAge: Math.min(400 * 86_400, Math.floor(lifetimeMs / 1_000)) }),
    };
    setCookie(c, this.#cookieName(kind), token, options);
  }

  #dropCookie(c: WebContext, kind: CookieKind): void {
    deleteCookie(c, this.#cookieName(kind), { path: "/", secure: this.#parts.settings.isSecure });
  }

  /**
   * `__Host-` keeps other hosts of the domain from setting the cookie. Browsers require https for
   * it.
   */
  #cookieName(kind: CookieKind): string {
    return this.#parts.settings.isSecure ? `__Host-${kind}` : `boom-box-${kind}`;
  }
}

/** See {@link Store.forTaps}. */
function isTap({ req }: WebContext): boolean {
  return req.method === "POST" && /^\/api\/gates\/[^/]+\/open$/.test(req.path);
}
