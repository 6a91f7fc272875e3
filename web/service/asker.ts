import type { InvitedGuest, Person } from "../domain/entities.ts";
import type { WebContext } from "./context.ts";

/** Who asks to see or open a gate: a person, or a guest with a link. */
export type Asker =
  | { readonly type: "person"; readonly person: Person }
  | { readonly type: "guest"; readonly guest: InvitedGuest };

/** @returns undefined when the browser has no valid session */
export function askerOf(c: WebContext): Asker | undefined {
  const { signedIn, guestIn } = c.var;
  if (signedIn !== undefined) return { type: "person", person: signedIn.person };
  return guestIn && { type: "guest", guest: guestIn.guest };
}

/** The id of the person or of the guest; both are UUIDs. */
export function askerId(asker: Asker): string {
  return asker.type === "person" ? asker.person.id : asker.guest.id;
}
