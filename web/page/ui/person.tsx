import { useState } from "preact/hooks";
import type { AdminGateView, GrantView, InvitationView, PersonView } from "../../api.ts";
import { administration } from "../../words/administration.ts";
import type { Service } from "../io/service.ts";
import { Action } from "./action.tsx";
import { when } from "./format.ts";
import { Grants } from "./grants.tsx";

const said = administration.people;

interface PersonPageProps {
  readonly person: PersonView;
  /** the grants of this person */
  readonly grants: readonly GrantView[];
  readonly gates: readonly AdminGateView[];
  readonly service: Service;
  readonly reload: () => Promise<void>;
  readonly onBack: () => void;
}

export function PersonPage({ person, grants, gates, service, reload, onBack }: PersonPageProps) {
  const [invitation, setInvitation] = useState<InvitationView | null>(null);
  const { id, isActive, isAdministrator } = person;
  return (
    <section class="wide-page">
      <button type="button" class="quiet back" onClick={onBack}>
        {said.back}
      </button>
      <div class="page-head">
        <div>
          <h1>{person.name}</h1>
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
        <Action
          label={isAdministrator ? said.makePerson : said.makeAdministrator}
          onPress={() => service.changePerson(id, { isAdministrator: !isAdministrator })}
          onDone={reload}
        />
        {person.passkeys > 0 && (
          <Action
            label={said.removePasskeys}
            kind="danger"
            onPress={() => service.removePasskeys(id)}
            onDone={reload}
          />
        )}
        <Action
          label={isActive ? said.lockOut : said.letIn}
          kind={isActive ? "danger" : "primary"}
          onPress={() => service.changePerson(id, { isActive: !isActive })}
          onDone={reload}
        />
      </div>
      {invitation !== null && (
        <InvitationLink
          name={person.name}
          invitation={invitation}
          onDone={() => setInvitation(null)}
        />
      )}
      <Grants person={person} grants={grants} gates={gates} service={service} reload={reload} />
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

interface InvitationLinkProps {
  readonly name: string;
  readonly invitation: InvitationView;
  readonly onDone: () => void;
}

/** Shown once, because the service stores only a hash of the link's token. */
function InvitationLink({ name, invitation, onDone }: InvitationLinkProps) {
  const [isCopied, setCopied] = useState(false);
  async function copy(): Promise<void> {
    await navigator.clipboard.writeText(invitation.url).then(
      () => setCopied(true),
      // The browser does not allow it. The person can still select the link.
      () => setCopied(false),
    );
  }
  return (
    <section class="card invitation" aria-label={said.link}>
      <p>{said.inviteLead(name, when(invitation.expiresAt))}</p>
      <div class="row">
        <input
          readOnly
          value={invitation.url}
          aria-label={said.link}
          onFocus={(event) => event.currentTarget.select()}
        />
        <button type="button" class="primary" onClick={copy}>
          {isCopied ? said.copied : said.copy}
        </button>
      </div>
      <button type="button" class="quiet" onClick={onDone}>
        {said.done}
      </button>
    </section>
  );
}
