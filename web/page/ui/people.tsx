import { useEffect, useState } from "preact/hooks";
import type { InvitationView, PeopleSort, PersonBody, PersonView } from "../../api.ts";
import { longestPersonName } from "../../input-limits.ts";
import { administration } from "../../words/administration.ts";
import type { Administration } from "../io/administration.ts";
import type { Answer } from "../io/service.ts";
import { SearchedList } from "./finder.tsx";
import { Form } from "./form.tsx";
import { when } from "./format.ts";
import { ListPage } from "./list-page.tsx";
import { both, mapped, orNull, useLoaded, WhenLoaded } from "./loaded.tsx";
import { Missing } from "./missing.tsx";
import { PersonPage } from "./person.tsx";
import { PersonFields, personIn } from "./person-fields.tsx";
import { fragmentOf } from "./route.ts";
import { type SearchedPages, useSearchedPages } from "./searched-pages.ts";
import { withGates } from "./with-gates.ts";

const said = administration.people;
const sorts: readonly PeopleSort[] = ["name", "seen", "created"];

interface PeoplePageProps {
  readonly service: Administration;
  /** the person to show; null: all people */
  readonly id: string | null;
}

export function PeoplePage({ service, id }: PeoplePageProps) {
  // It outlives the visit to a person, so that Back leads to the same entries.
  const list = useSearchedPages<PersonView, PeopleSort>("name", longestPersonName, (query) =>
    mapped(service.people(query), ({ people, ...page }) => ({ entries: people, ...page })),
  );
  const [added, setAdded] = useState<Added | null>(null);
  useEffect(() => {
    void list.reload();
    // Whoever goes back has had the link.
    if (id === null) setAdded(null);
  }, [id === null]);
  return id === null ? (
    <PeopleList service={service} list={list} onAdded={setAdded} />
  ) : (
    <OnePerson
      key={id}
      service={service}
      id={id}
      invitation={added?.id === id ? added.invitation : null}
    />
  );
}

/** A person who was just added. */
interface Added {
  readonly id: string;
  /** null: none was wanted, or it could not be made */
  readonly invitation: InvitationView | null;
}

type People = SearchedPages<PersonView, PeopleSort>;

interface OnePersonProps {
  readonly service: Administration;
  readonly id: string;
  /** the link that was made together with the person */
  readonly invitation: InvitationView | null;
}

function OnePerson({ service, id, invitation }: OnePersonProps) {
  const { loaded, reload } = useLoaded(() =>
    both(orNull(service.person(id)), withGates(service, service.grants(id))),
  );
  return (
    <WhenLoaded loaded={loaded} reload={reload}>
      {([person, [grants, known]]) =>
        person === null ? (
          <Missing sentence={said.missing} back={said.back} to={{ page: "people", id: null }} />
        ) : (
          <PersonPage
            person={person}
            invitation={invitation}
            grants={grants}
            known={known}
            service={service}
            reload={reload}
          />
        )
      }
    </WhenLoaded>
  );
}

interface PeopleListProps {
  readonly service: Administration;
  readonly list: People;
  readonly onAdded: (added: Added) => void;
}

function PeopleList({ service, list, onAdded }: PeopleListProps) {
  const { loaded, reload } = list;
  return (
    <WhenLoaded loaded={loaded} reload={reload}>
      {(found) => (
        <ListPage
          title={said.title}
          add={said.add}
          reload={reload}
          routeOf={(id) => ({ page: "people", id })}
          form={({ onDone, onCancel }) => (
            <AddPerson
              service={service}
              onCancel={onCancel}
              onDone={(added) => {
                onAdded(added);
                void onDone(added);
              }}
            />
          )}
        >
          {() => (
            <>
              <p>
                <a class="button" href={fragmentOf({ page: "access", id: null })}>
                  {said.several}
                </a>
              </p>
              <SearchedList pages={list} found={found} sorts={sorts} sortNames={said.sorts}>
                {(person) => (
                  <a class="list-entry" href={fragmentOf({ page: "people", id: person.id })}>
                    <PersonLine person={person} />
                  </a>
                )}
              </SearchedList>
            </>
          )}
        </ListPage>
      )}
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
  readonly service: Administration;
  readonly onDone: (added: Added) => void;
  readonly onCancel: () => void;
}

function AddPerson({ service, onDone, onCancel }: AddPersonProps) {
  return (
    <Form
      submit={said.save}
      onCancel={onCancel}
      onDone={onDone}
      read={(fields) => ({
        person: {
          ...personIn(fields),
          isAdministrator: fields.checked("administrator").length > 0,
        },
        isInvited: fields.checked("invite").length > 0,
      })}
      send={({ person, isInvited }) => add(service, person, isInvited)}
    >
      <PersonFields person={null} />
      <label class="check">
        <input type="checkbox" name="administrator" />
        {said.administrator}
      </label>
      <label class="check">
        <input type="checkbox" name="invite" defaultChecked />
        {said.inviteNow}
      </label>
    </Form>
  );
}

/** When the link cannot be made, the person stays: their page has a button for another try. */
async function add(
  service: Administration,
  person: PersonBody,
  isInvited: boolean,
): Promise<Answer<Added>> {
  const answer = await service.addPerson(person);
  if (answer.type !== "ok") return answer;
  const { id } = answer.value;
  const made = isInvited ? await service.invite(id) : null;
  return { type: "ok", value: { id, invitation: made?.type === "ok" ? made.value : null } };
}
