import type { InvitationView } from "../api.ts";
import type { Person } from "../domain/entities.ts";
import { type Store, StoreError } from "../store/store.ts";
import { hashOf, newToken, type RandomBytes } from "./secrets.ts";
import type { WebSettings } from "./settings.ts";

const lifetimeMs = 24 * 3_600_000;

export interface Inviting {
  readonly store: Store;
  readonly settings: WebSettings;
  readonly randomBytes: RandomBytes;
  now(): number;
}

/** A link to register a passkey, good once and for 24 h; links from before are good no more. */
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

/** Whether there is a way in: a passkey, or the provider where the settings still name one. */
export function canSignIn(
  { passkeys, oidcSubject }: Pick<Person, "oidcSubject"> & { readonly passkeys: number },
  { oidc }: WebSettings,
): boolean {
  return passkeys > 0 || (oidcSubject !== null && oidc !== null);
}

const firstAdministratorId = "first-administrator";

/**
 * Where no administrator can sign in, the link by which the first one will; at each start a new one,
 * until it is used. It is given to the operator's eyes alone: nothing here logs it.
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
    name: "Administrator",
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
    // Another instance that starts at the same time, or the one of long ago, locked out since.
    if (!(error instanceof StoreError && error.kind === "conflict")) throw error;
    await store.updatePerson(person.id, { isAdministrator: true, isActive: true });
  }
  return invite(inviting, person.id);
}
