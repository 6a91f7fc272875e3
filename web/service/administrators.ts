import { randomUUID } from "node:crypto";
import type { InvitationView } from "../api.ts";
import type { Author } from "../domain/changes.ts";
import type { Person } from "../domain/entities.ts";
import { type SignInMethods, StoreError } from "../store/store.ts";
import { firstAdministrator } from "../words/untranslated.ts";
import { type Inviting, invite } from "./invitations.ts";
import { rpIdOf } from "./passkeys.ts";
import type { WebSettings } from "./settings.ts";

export function signInMethodsOf(settings: WebSettings): SignInMethods {
  return { rpId: rpIdOf(settings), hasOidc: settings.oidc !== null };
}

/** Whether the service can be administered. */
export type Administration =
  | "administered"
  /** no administrator can sign in: nobody ever has, or passkeys or provider belong to other settings */
  | "waiting"
  /** there was an administrator, and nobody is one now */
  | "locked-out";

export async function administrationOf({ store, settings }: Inviting): Promise<Administration> {
  if (await store.hasAdministrator(signInMethodsOf(settings))) return "administered";
  if ((await store.administrators()).length > 0) return "waiting";
  return (await store.hasAnyoneSignedIn()) ? "locked-out" : "waiting";
}

const firstAdministratorId = "first-administrator";

/**
 * Creates a link for an administrator who has none yet, or whose passkey belongs to another host name. It
 * replaces the link of an earlier call. Only the operator may see it, so it is never logged.
 * @returns undefined unless the administration is `waiting`. A restart gives nobody rights back: when the
 *   last administrator was demoted, only {@link linkForAdministrator} helps
 */
export async function inviteWaitingAdministrator(
  inviting: Inviting,
): Promise<InvitationView | undefined> {
  const { store } = inviting;
  if ((await administrationOf(inviting)) !== "waiting") return undefined;
  const waiting = (await store.administrators())[0];
  const author = operator(inviting);
  if (waiting !== undefined) return invite(inviting, waiting.id, author);
  try {
    await store.createPerson(newAdministrator(inviting, firstAdministratorId), author);
  } catch (error) {
    // Another instance has created it at the same time.
    if (!(error instanceof StoreError && error.kind === "conflict")) throw error;
  }
  return invite(inviting, firstAdministratorId, author);
}

export type AdministratorLink =
  | { readonly type: "link"; readonly person: Person; readonly invitation: InvitationView }
  /** there are several administrators, and no name, or the same name, was given */
  | { readonly type: "several"; readonly names: readonly string[] }
  /** the name belongs to people who are not active administrators */
  | { readonly type: "not-administrator" };

/**
 * Creates a link for an administrator who cannot sign in, or for a new one. Only the operator of the
 * server can ask for it.
 * @param name undefined: the only administrator, or a new one if there is none
 * @param removesPasskeys for a lost phone
 */
export async function linkForAdministrator(
  inviting: Inviting,
  name: string | undefined,
  removesPasskeys: boolean,
): Promise<AdministratorLink> {
  const { store } = inviting;
  const [known, ...others] = await store.administrators(name);
  if (known !== undefined && others.length > 0) {
    return { type: "several", names: [known, ...others].map((person) => person.name).toSorted() };
  }
  if (name !== undefined && known === undefined && (await store.hasName(name))) {
    return { type: "not-administrator" };
  }
  const person = known ?? newAdministrator(inviting, randomUUID(), name);
  const author = operator(inviting);
  if (known === undefined) await store.createPerson(person, author);
  else if (removesPasskeys) await store.removePasskeys(known.id, null, author);
  const invitation = await invite(inviting, person.id, author);
  if (invitation === undefined) return { type: "not-administrator" };
  return { type: "link", person, invitation };
}

function operator({ now }: Inviting): Author {
  return { by: "operator", personId: null, at: now() };
}

function newAdministrator(
  { now }: Inviting,
  id: string,
  name: string = firstAdministrator,
): Person {
  return {
    id,
    name,
    email: null,
    isAdministrator: true,
    isActive: true,
    oidcSubject: null,
    createdAt: now(),
    lastSeenAt: null,
  };
}
