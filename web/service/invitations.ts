import type { InvitationView } from "../api.ts";
import type { Person } from "../domain/entities.ts";
import { type Store, StoreError } from "../store/store.ts";
import { words } from "../words/service.ts";
import { hashOf, newToken, type RandomBytes } from "./secrets.ts";
import type { WebSettings } from "./settings.ts";

const lifetimeMs = 24 * 3_600_000;

export interface Inviting {
  readonly store: Store;
  readonly settings: WebSettings;
  readonly randomBytes: RandomBytes;
  now(): number;
}

/** Creates a link to register a passkey. It works once, for 24 hours, and replaces earlier links. */
export async function invite(
  { store, settings, randomBytes, now }: Inviting,
  personId: string,
): Promise<InvitationView> {
  const token = newToken(randomBytes);
  const createdAt = now();
  const expiresAt = createdAt + lifetimeMs;
  await store.createInvitation({ tokenHash: hashOf(token), personId, createdAt, expiresAt });
  // A fragment never leaves the browser: it reaches no log and no Referer.
  return { url: `${settings.origin}/#invitation=${token}`, expiresAt };
}

/** Whether the person has a passkey, or can use the provider that the settings name. */
export function canSignIn(
  { passkeys, oidcSubject }: Pick<Person, "oidcSubject"> & { readonly passkeys: number },
  { oidc }: WebSettings,
): boolean {
  return passkeys > 0 || (oidcSubject !== null && oidc !== null);
}

const firstAdministratorId = "first-administrator";

/**
 * Creates a link for the first administrator when no administrator can sign in. Each start creates a
 * new one until somebody has used it. Only the operator may see it, so it is never logged.
 */
export async function inviteFirstAdministrator(
  inviting: Inviting,
): Promise<InvitationView | undefined> {
  const { store, settings, now } = inviting;
  const inCharge = (await store.people()).filter(
    ({ isActive, isAdministrator }) => isActive && isAdministrator,
  );
  if (inCharge.some((person) => canSignIn(person, settings))) return undefined;
  const [waiting] = inCharge;
  if (waiting !== undefined) return invite(inviting, waiting.id);
  const person = {
    id: firstAdministratorId,
    name: words.firstAdministrator,
    email: null,
    isAdministrator: true,
    isActive: true,
    oidcSubject: null,
    createdAt: now(),
    lastSeenAt: null,
  };
  try {
    await store.createPerson(person);
  } catch (error) {
    // Another instance created it at the same time, or it exists and has been locked out since.
    if (!(error instanceof StoreError && error.kind === "conflict")) throw error;
    await store.updatePerson(person.id, { isAdministrator: true, isActive: true });
  }
  return invite(inviting, person.id);
}
