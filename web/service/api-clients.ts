import { createHash } from "node:crypto";
import type { Denial } from "../api.ts";
import type { ApiToken, Gate, Person } from "../domain/entities.ts";
import { mayOpen } from "../domain/grants.ts";
import type { Store } from "../store/store.ts";
import type { WebContext } from "./context.ts";
import type { Limits } from "./request-limits.ts";
import { hashOf, isToken, newToken, type RandomBytes } from "./secrets.ts";

/** A program that opens one gate as one person. */
export interface ApiClient {
  readonly token: ApiToken;
  readonly person: Person;
}

/** Tools that look for leaked secrets recognize it by this. */
const prefix = "bbx_";

/** Made once, shown once: the store keeps only its hash. */
export function newApiSecret(randomBytes: RandomBytes): { secret: string; tokenHash: string } {
  const token = newToken(randomBytes);
  return { secret: `${prefix}${token}`, tokenHash: hashOf(token) };
}

/** @returns undefined without the token of an active person (RFC 6750, 2.1) */
export async function findApiClient(
  store: Pick<Store, "apiToken" | "person">,
  c: WebContext,
): Promise<ApiClient | undefined> {
  const [scheme = "", secret = "", ...rest] = (c.req.header("authorization") ?? "").split(" ");
  if (scheme.toLowerCase() !== "bearer" || rest.length > 0 || !secret.startsWith(prefix)) {
    return undefined;
  }
  const text = secret.slice(prefix.length);
  const token = isToken(text) ? await store.apiToken(hashOf(text)) : undefined;
  const person = token && (await store.person(token.personId));
  return token !== undefined && person?.isActive === true ? { token, person } : undefined;
}

/**
 * The id of a request: the same for the same key of the same token. It is also the id of the command, so
 * that a repeated request opens nothing a second time. As a UUID of version 8 (RFC 9562, 5.8).
 */
export function requestIdOf({ id }: ApiToken, idempotencyKey: string): string {
  const hash = createHash("sha256").update(`${id}\n${idempotencyKey}`).digest("hex");
  const variant = ((Number.parseInt(hash.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `8${hash.slice(13, 16)}`,
    `${variant}${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ].join("-");
}

/**
 * What a token itself allows. It never allows more than the grants of its person.
 * @returns undefined if the token allows it now
 */
export async function refusalOf(
  limits: Limits,
  token: ApiToken,
  gate: Gate,
  now: number,
): Promise<TokenRefusal | undefined> {
  const verdict = await limits.program(token.id, token.perMinute, now);
  if (!verdict.allowed) return { reason: "rate-limited", waitMs: verdict.retryAfterMs };
  // The grants of the person say what happens on holidays, and when it begins.
  const always = { startsAt: null, onHolidays: true };
  const may = mayOpen(gate, [{ ...token, ...always }], new Set(), now);
  return may.open ? undefined : { reason: may.why };
}

export interface TokenRefusal {
  readonly reason: Denial | "rate-limited";
  readonly waitMs?: number;
}
