import type { InvitationView } from "../api.ts";
import type { Author } from "../domain/changes.ts";
import type { Store } from "../store/store.ts";
import { hashOf, newToken, type RandomBytes } from "./secrets.ts";
import type { WebSettings } from "./settings.ts";

const lifetimeMs = 24 * 3_600_000;

export interface Inviting {
  readonly store: Store;
  readonly settings: WebSettings;
  readonly randomBytes: RandomBytes;
  now(): number;
}

/**
 * Creates a link to register a passkey. It works once, for 24 hours, and replaces earlier links.
 * @returns undefined when the person is locked out or unknown
 */
export async function invite(
  { store, settings, randomBytes, now }: Inviting,
  personId: string,
  author: Author,
): Promise<InvitationView | undefined> {
  const token = newToken(randomBytes);
  const createdAt = now();
  const expiresAt = createdAt + lifetimeMs;
  const invitation = { tokenHash: hashOf(token), personId, createdAt, expiresAt };
  if (!(await store.createInvitation(invitation, author))) return undefined;
  // A fragment never leaves the browser: it reaches no log and no Referer.
  return { url: `${settings.origin}/#invitation=${token}`, expiresAt };
}
