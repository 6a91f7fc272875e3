import { words } from "../../words/page.ts";

/** Whom to ask, wherever a person cannot go on alone. */
export function Help({ contact }: { readonly contact: string | null }) {
  return contact === null ? null : <p class="help">{words.help(contact)}</p>;
}
