import { useState } from "preact/hooks";
import type { AdminGateView, GrantView, InvitationView, PersonView } from "../../api.ts";
import { administration } from "../../words/administration.ts";
import type { Administration } from "../io/administration.ts";
import { Action, CarefulAction } from "./action.tsx";
import { when } from "./format.ts";
import { Grants } from "./grants.tsx";
import { OnceLink } from "./once-link.tsx";
import { Qr } from "./qr.tsx";
import { fragmentOf } from "./route.ts";
import { useTitle } from "./title.ts";
import { Tokens } from "./tokens.tsx";

const said = administration.people;

interface PersonPageProps {
  readonly person: PersonView;
  /** a link that was just made; null: none */
  readonly invitation: InvitationView | null;
  /** the grants of this person */
  readonly grants: readonly GrantView[];
  readonly gates: readonly AdminGateView[];
  readonly service: Administration;
  readonly reload: () => Promise<void>;
}

export function PersonPage({
  person,
  invitation: madeBefore,
  grants,
  gates,
  service,
  reload,
}: PersonPageProps) {
  useTitle(person.name);
  const [invitation, setInvitation] = useState(madeBefore);
  const { id, name, isActive, isAdministrator } = person;
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
      <div class="row wrap">
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
      <Grants person={person} grants={grants} gates={gates} service={service} reload={reload} />
      <Tokens person={person} gates={gates} service={service} />
    </section>
  );
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
