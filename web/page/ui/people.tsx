import { useState } from "preact/hooks";
import type { AdminGateView, GrantView, PersonView } from "../../api.ts";
import { longestEmail, longestPersonName } from "../../input-limits.ts";
import { administration } from "../../words/administration.ts";
import type { Service } from "../io/service.ts";
import { Field, Form } from "./form.tsx";
import { when } from "./format.ts";
import { together, useLoaded, WhenLoaded } from "./loaded.tsx";
import { PersonPage } from "./person.tsx";

const said = administration.people;

export interface Administration {
  readonly people: readonly PersonView[];
  readonly grants: readonly GrantView[];
  readonly gates: readonly AdminGateView[];
}

export function PeoplePage({ service }: { readonly service: Service }) {
  const { loaded, reload } = useLoaded(() =>
    together(service.people(), service.grants(), service.gates()),
  );
  const [chosen, setChosen] = useState<string | null>(null);
  const [isAdding, setAdding] = useState(false);
  return (
    <WhenLoaded loaded={loaded} reload={reload}>
      {([people, grants, gates]) => {
        const person = people.find(({ id }) => id === chosen);
        if (person !== undefined) {
          return (
            <PersonPage
              key={person.id}
              person={person}
              grants={grants.filter((grant) => grant.person === person.id)}
              gates={gates}
              service={service}
              reload={reload}
              onBack={() => setChosen(null)}
            />
          );
        }
        return (
          <section class="wide-page">
            <div class="page-head">
              <h1>{said.title}</h1>
              {!isAdding && (
                <button type="button" class="primary" onClick={() => setAdding(true)}>
                  {said.add}
                </button>
              )}
            </div>
            {isAdding && (
              <AddPerson
                service={service}
                onCancel={() => setAdding(false)}
                onDone={async (added) => {
                  await reload();
                  setAdding(false);
                  setChosen(added.id);
                }}
              />
            )}
            <ul class="list card">
              {people.map((each) => (
                <li key={each.id}>
                  <button type="button" class="list-entry" onClick={() => setChosen(each.id)}>
                    <PersonLine person={each} />
                  </button>
                </li>
              ))}
            </ul>
          </section>
        );
      }}
    </WhenLoaded>
  );
}

function PersonLine({ person }: { readonly person: PersonView }) {
  return (
    <>
      <span class="list-main">
        <strong>{person.name}</strong>
        {person.email !== null && <span class="hint">{person.email}</span>}
      </span>
      <span class="list-side">
        {person.isAdministrator && <span class="badge">{said.administrator}</span>}
        {!person.isActive && (
          <span class="badge" data-tone="bad">
            {said.lockedOut}
          </span>
        )}
        <span class="hint">
          {person.lastSeenAt === null ? said.neverSeen : said.lastSeen(when(person.lastSeenAt))}
        </span>
      </span>
    </>
  );
}

interface AddPersonProps {
  readonly service: Service;
  readonly onDone: (person: PersonView) => void;
  readonly onCancel: () => void;
}

function AddPerson({ service, onDone, onCancel }: AddPersonProps) {
  return (
    <Form
      submit={said.save}
      cancel={said.cancel}
      onCancel={onCancel}
      onDone={onDone}
      read={(fields) => ({
        name: fields.line("name", longestPersonName),
        email: fields.email("email", longestEmail),
        isAdministrator: fields.checked("administrator").length > 0,
      })}
      send={service.addPerson}
    >
      <Field label={said.name} name="name">
        {(its) => <input required autoComplete="off" {...its} />}
      </Field>
      <Field label={said.email} name="email" hint={said.emailHint}>
        {(its) => <input type="email" autoComplete="off" {...its} />}
      </Field>
      <label class="check">
        <input type="checkbox" name="administrator" />
        {said.administrator}
      </label>
    </Form>
  );
}
