import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** Bytes nobody can guess; handed in, so that tests can tell what they were. */
export type RandomBytes = (length: number) => Uint8Array;

/** 256 bits, as base64url: 43 characters. */
export function newToken(randomBytes: RandomBytes): string {
  return Buffer.from(randomBytes(32)).toString("base64url");
}

/** Whether it can be one of {@link newToken}'s: anything else need not be looked up. */
export function isToken(text: string | undefined): text is string {
  return text !== undefined && /^[\w-]{43}$/.test(text);
}

/** What is kept of a token. It is random enough that a hash without salt or stretching tells nothing. */
export function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}

/** Another secret that follows from the token, and from which the token does not follow. */
export function derived(token: string, purpose: string): string {
  return createHmac("sha256", token).update(purpose).digest("base64url");
}

/** In a time that does not tell where they differ. */
export function isSame(left: string, right: string): boolean {
  const [a, b] = [hashOf(left), hashOf(right)];
  return timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
