import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import type { Person, Session } from "../domain/entities.ts";

/** Who asks: a session that is not over, and a person who is active. */
export interface SignedIn {
  readonly session: Session;
  readonly person: Person;
}

export interface WebEnv {
  /** Node's own request, where there is a socket */
  Bindings: Partial<HttpBindings>;
  Variables: {
    /** set for every path under /api */
    signedIn: SignedIn | undefined;
    /** of the client, as far as our own proxies tell it */
    address: string;
    /** the word of the {@link Problem} answered, if it was one */
    problem: string | undefined;
  };
}

export type WebContext = Context<WebEnv>;
