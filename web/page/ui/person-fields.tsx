import type { PersonView } from "../../api.ts";
import { longestEmail, longestPersonName } from "../../input-limits.ts";
import { administration } from "../../words/administration.ts";
import { Field } from "./field.tsx";
import type { Fields } from "./fields.ts";

const said = administration.people;

/** @param person null: a new one */
export function PersonFields({ person }: { readonly person: PersonView | null }) {
  return (
    <>
      <Field label={said.name} name="name">
        {(its) => <input required autoComplete="off" defaultValue={person?.name ?? ""} {...its} />}
      </Field>
      <Field label={said.email} name="email" hint={said.emailHint}>
        {(its) => (
          <input type="email" autoComplete="off" defaultValue={person?.email ?? ""} {...its} />
        )}
      </Field>
    </>
  );
}

export function personIn(fields: Fields): { readonly name: string; readonly email: string | null } {
  return {
    name: fields.line("name", longestPersonName),
    email: fields.email("email", longestEmail),
  };
}
