import { useState } from "preact/hooks";
import type { GrantView, InvitationView, PersonTraces, PersonView } from "../../api.ts";
import { administration } from "../../words/administration.ts";
import type { Administration, KnownGates } from "../io/administration.ts";
import { Action, CarefulAction } from "./action.tsx";
import { useAnnounce } from "./announcer.tsx";
import { DeleteAction } from "./delete-action.tsx";
import { useFocusWhen } from "./focus.ts";
import { Form } from "./form.tsx";
import { when } from "./format.ts";
import { countsOf } from "./format-lists.ts";
import { Grants } from "./grants.tsx";
import { OnceLink } from "./once-link.tsx";
import { PersonFields, personIn } from "./person-fields.tsx";
import { Qr } from "./qr.tsx";
import { fragmentOf, goTo } from "./route.ts";
import { useTitle } from "./title.ts";
import { Tokens } from "./tokens.tsx";

const said = administration.people;

interface PersonPageProps {
  readonly person: PersonView;
  /** a link that was just made; null: none */
  readonly invitation: InvitationView | null;
  /** the grants of this person */
  readonly grants: readonly GrantView[];
  readonly known: KnownGates;
  readonly service: Administration;
  readonly reload: () => Promise<void>;
}

export function PersonPage({
  person,
  invitation: madeBefore,
  grants,
  known,
  service,
  reload,
}: PersonPageProps) {
  useTitle(person.name);
  const [invitation, setInvitation] = useState(madeBefore);
  const { id, name, isActive, isAdministrator } = person;
  const announce = useAnnounce();
  const [isEditing, setEditing] = useState(false);
  const opener = useFocusWhen<HTMLButtonElement>(!isEditing);
  return (
    <section class="wide-page">
      <a class="button quiet back" href={fragmentOf({ page: "people", id: null })}>
        {said.back}
      </a>
      <div class="page-head">
        <div>
          <h1>{name}</h1>
          <p class="lead">{waysIn(person)}</p>
        </div>
      </div>
      {isEditing && (
        <Form
          submit={said.save}
          onCancel={() => setEditing(false)}
          onDone={async () => {
            await reload();
            setEditing(false);
            announce(said.saved);
          }}
          read={personIn}
          send={(body) => service.changePerson(id, body)}
        >
          <PersonFields person={person} />
        </Form>
      )}
      <div class="row wrap">
        {!isEditing && (
          <button ref={opener} type="button" onClick={() => setEditing(true)}>
            {said.edit}
          </button>
        )}
        {isActive && (
          <Action
            label={said.invite}
            kind="primary"
            onPress={() => service.invite(id)}
            onDone={setInvitation}
          />
        )}
        <CarefulAction
          label={isAdministrator ? said.makePerson : said.makeAdministrator}
          question={isAdministrator ? said.sureMakePerson(name) : said.sureMakeAdministrator(name)}
          done={said.saved}
          onPress={() => service.changePerson(id, { isAdministrator: !isAdministrator })}
          onDone={reload}
        />
        {person.passkeys > 0 && (
          <CarefulAction
            label={said.removePasskeys}
            question={said.sureRemovePasskeys(name)}
            done={said.saved}
            kind="danger"
            onPress={() => service.removePasskeys(id)}
            onDone={reload}
          />
        )}
        {isActive ? (
          <CarefulAction
            key="lock-out"
            label={said.lockOut}
            question={said.sureLockOut(name)}
            done={said.saved}
            kind="danger"
            onPress={() => service.changePerson(id, { isActive: false })}
            onDone={reload}
          />
        ) : (
          <Action
            key="let-in"
            label={said.letIn}
            done={said.saved}
            kind="primary"
            onPress={() => service.changePerson(id, { isActive: true })}
            onDone={reload}
          />
        )}
        <a class="button" href={fragmentOf({ page: "changes", id })}>
          {said.changes}
        </a>
        <DeleteAction
          label={said.delete}
          ask={() => service.personTraces(id)}
          question={(traces) => sureDelete(person, traces)}
          done={said.deleted}
          onPress={() => service.deletePerson(id)}
          onDone={() => goTo({ page: "people", id: null })}
        />
      </div>
      <div aria-live="polite">
        {invitation !== null && (
          <OnceLink
            label={said.link}
            lead={said.inviteLead(name, when(invitation.expiresAt))}
            text={invitation.url}
            shareTitle={said.shareTitle}
            onDone={() => setInvitation(null)}
          >
            <Qr text={invitation.url} label={said.qr(name)} />
          </OnceLink>
        )}
      </div>
      <Grants person={person} grants={grants} known={known} service={service} reload={reload} />
      <Tokens person={person} known={known} service={service} />
    </section>
  );
}

function sureDelete({ name, hasOidc }: PersonView, traces: PersonTraces): string {
  const sentences = [said.sureDelete(name), `${countsOf(traces, said.traces)}.`, said.keptRecords];
  return [...sentences, ...(hasOidc ? [said.comesBack] : [])].join(" ");
}

function waysIn(person: PersonView): string {
  const ways = [
    person.email,
    person.isAdministrator ? said.administrator : null,
    person.isActive ? null : said.lockedOut,
    person.passkeys > 0 ? said.passkeys(person.passkeys) : null,
    person.passkeys === 0 && !person.hasOidc ? said.noWayIn : null,
    person.lastSeenAt === null ? null : said.lastSeen(when(person.lastSeenAt)),
  ];
  return ways.filter((way) => way !== null).join(" · ");
}
