import type { Author } from "../domain/changes.ts";
import type { WebContext } from "./context.ts";

/** Who sends this request, for the record of changes. */
export function authorOf(c: WebContext): Author {
  return { by: "person", personId: c.var.signedIn?.person.id ?? null, at: c.var.arrivedAt };
}
