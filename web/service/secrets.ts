import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** Unpredictable bytes. Injected, so that tests can control them. */
export type RandomBytes = (length: number) => Uint8Array;

/** 256 bits, as base64url: 43 characters. */
export function newToken(randomBytes: RandomBytes): string {
  return Buffer.from(randomBytes(32)).toString("base64url");
}

/** Whether the text has the form of a {@link newToken}. Nothing else needs a lookup. */
export function isToken(text: string | undefined): text is string {
  return text !== undefined && /^[\w-]{43}$/.test(text);
}

/** The stored form of a token. A token is random enough not to need a salt or key stretching. */
export function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}

/** Derives another secret from the token. The token cannot be computed from it. */
export function derived(token: string, purpose: string): string {
  return createHmac("sha256", token).update(purpose).digest("base64url");
}

/** Compares in constant time. */
export function isSame(left: string, right: string): boolean {
  const [a, b] = [hashOf(left), hashOf(right)];
  return timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
