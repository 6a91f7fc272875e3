import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import type { GuestSession, InvitedGuest } from "../domain/entities.ts";
import type { SignedInSession } from "../store/store.ts";

/** The client of a request: a valid session of an active person. */
export type SignedIn = SignedInSession;

/** A browser that uses the link of a guest: a session whose guest may still see the gate. */
export interface GuestIn {
  readonly session: GuestSession;
  readonly guest: InvitedGuest;
}

export interface WebEnv {
  /** Node's own request, when there is a socket */
  Bindings: Partial<HttpBindings>;
  Variables: {
    /** set for every path under /api */
    signedIn: SignedIn | undefined;
    /** the same for a guest; only routes that look here are open to guests */
    guestIn: GuestIn | undefined;
    /** whether the browser's link of a guest has ended or was revoked */
    isGuestOver: boolean;
    /** when the request arrived, before anything waited; ms since 1970 */
    arrivedAt: number;
    /** the address of the client, see `client-address.ts` */
    address: string;
    /** one of `languages`, see `language.ts` */
    language: string;
    /** the `error` of the {@link Problem} in the response, if there is one */
    problem: string | undefined;
  };
}

export type WebContext = Context<WebEnv>;

/** Whoever is signed in: a person or a guest. */
export function clientOf(c: WebContext): SignedIn | GuestIn | undefined {
  return c.var.signedIn ?? c.var.guestIn;
}
