import type { PersonView } from "../../api.ts";
import { longestEmail, longestPersonName } from "../../input-limits.ts";
import { administration } from "../../words/administration.ts";
import type { Service } from "../io/service.ts";
import { Field } from "./field.tsx";
import { Finder, type Finding, useFinding } from "./finder.tsx";
import { Form } from "./form.tsx";
import { when } from "./format.ts";
import { ListPage } from "./list-page.tsx";
import { together, useLoaded, WhenLoaded } from "./loaded.tsx";
import { Missing } from "./missing.tsx";
import { PersonPage } from "./person.tsx";
import { fragmentOf } from "./route.ts";

const said = administration.people;

interface PeoplePageProps {
  readonly service: Service;
  /** the person to show; null: all people */
  readonly id: string | null;
}

export function PeoplePage({ service, id }: PeoplePageProps) {
  const { loaded, reload } = useLoaded(() =>
    together(service.people(), service.grants(), service.gates()),
  );
  const finding = useFinding();
  return (
    <WhenLoaded loaded={loaded} reload={reload}>
      {([people, grants, gates]) => {
        if (id === null) {
          return <PeopleList people={people} finding={finding} service={service} reload={reload} />;
        }
        const person = people.find((each) => each.id === id);
        if (person === undefined) {
          return (
            <Missing sentence={said.missing} back={said.back} to={{ page: "people", id: null }} />
          );
        }
        return (
          <PersonPage
            key={person.id}
            person={person}
            grants={grants.filter((grant) => grant.person === person.id)}
            gates={gates}
            service={service}
            reload={reload}
          />
        );
      }}
    </WhenLoaded>
  );
}

interface PeopleListProps {
  readonly people: readonly PersonView[];
  readonly finding: Finding;
  readonly service: Service;
  readonly reload: () => Promise<void>;
}

function PeopleList({ people, finding, service, reload }: PeopleListProps) {
  return (
    <ListPage
      title={said.title}
      add={said.add}
      reload={reload}
      routeOf={(id) => ({ page: "people", id })}
      form={(events) => <AddPerson service={service} {...events} />}
    >
      {() => (
        <Finder
          entries={people}
          finding={finding}
          textOf={({ name, email }) => `${name} ${email ?? ""}`}
        >
          {(person) => (
            <a class="list-entry" href={fragmentOf({ page: "people", id: person.id })}>
              <PersonLine person={person} />
            </a>
          )}
        </Finder>
      )}
    </ListPage>
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
