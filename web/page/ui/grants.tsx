import { useState } from "preact/hooks";
import type { GrantView, PersonView } from "../../api.ts";
import { administration } from "../../words/administration.ts";
import type { Administration, KnownGates } from "../io/administration.ts";
import { CarefulAction } from "./action.tsx";
import { AddingSection } from "./adding.tsx";
import { useAnnounce } from "./announcer.tsx";
import { useFocusWhen } from "./focus.ts";
import {
  endIn,
  FirstDay,
  HoursForm,
  hoursOf,
  OnHolidays,
  onHolidaysIn,
  startIn,
  timesIn,
} from "./hours.tsx";

const said = administration.grants;

interface GrantsProps {
  readonly person: PersonView;
  readonly grants: readonly GrantView[];
  readonly known: KnownGates;
  readonly service: Administration;
  readonly reload: () => Promise<void>;
}

/** Which gates one person may open, and when. */
export function Grants({ person, grants, known, service, reload }: GrantsProps) {
  return (
    <AddingSection
      id="access"
      title={said.title}
      add={known.gates.length > 0 ? said.add : null}
      added={said.granted}
      onAdded={reload}
      form={(events) => (
        <GrantForm person={person} known={known} grant={null} service={service} {...events} />
      )}
    >
      {(isAdding) => (
        <>
          {grants.length === 0 && !isAdding && <p class="empty">{said.none}</p>}
          {grants.length > 0 && (
            <ul class="list card">
              {grants.map((grant) => (
                <li key={grant.id}>
                  <Grant
                    grant={grant}
                    person={person}
                    known={known}
                    service={service}
                    reload={reload}
                  />
                </li>
              ))}
            </ul>
          )}
        </>
      )}
    </AddingSection>
  );
}

function Grant({
  grant,
  person,
  known,
  service,
  reload,
}: Omit<GrantsProps, "grants"> & { readonly grant: GrantView }) {
  const [isEditing, setEditing] = useState(false);
  const opener = useFocusWhen<HTMLButtonElement>(!isEditing);
  const announce = useAnnounce();
  const gate = known.gates.find(({ id }) => id === grant.gate);
  const name = gate?.name ?? grant.gate;
  if (isEditing) {
    return (
      <GrantForm
        person={person}
        known={known}
        grant={grant}
        service={service}
        onCancel={() => setEditing(false)}
        onDone={async () => {
          await reload();
          setEditing(false);
          announce(said.changed);
        }}
      />
    );
  }
  return (
    <div class="list-entry">
      <span class="list-main">
        <strong>{name}</strong>
        <span>{hoursOf(grant, gate?.timeZone ?? "UTC")}</span>
      </span>
      <button
        ref={opener}
        type="button"
        aria-label={said.editName(name)}
        onClick={() => setEditing(true)}
      >
        {said.edit}
      </button>
      <CarefulAction
        label={said.withdraw}
        name={said.withdrawName(name)}
        question={said.sureWithdraw(person.name, name)}
        done={said.withdrawn}
        kind="danger"
        onPress={() => service.withdrawGrant(grant.id)}
        onDone={reload}
      />
    </div>
  );
}

interface GrantFormProps {
  readonly person: PersonView;
  readonly known: KnownGates;
  /** null: a new one */
  readonly grant: GrantView | null;
  readonly service: Administration;
  readonly onDone: (grant: GrantView) => void;
  readonly onCancel: () => void;
}

function GrantForm({ person, known, grant, service, onDone, onCancel }: GrantFormProps) {
  const zoneNow = known.gates.find(({ id }) => id === grant?.gate)?.timeZone;
  return (
    <HoursForm
      known={known}
      service={service}
      hours={grant}
      submit={grant === null ? said.add : said.save}
      firstDay={<FirstDay grant={grant} timeZone={zoneNow} />}
      after={<OnHolidays isOn={grant?.onHolidays ?? true} />}
      read={(fields, { id: gate, timeZone }) => {
        // The same dates are other moments at a gate in another time zone.
        const before = timeZone === zoneNow ? grant : null;
        return {
          person: person.id,
          gate,
          ...timesIn(fields),
          startsAt: startIn(fields, timeZone, before?.startsAt ?? null),
          endsAt: endIn(fields, timeZone, before?.endsAt ?? null),
          onHolidays: onHolidaysIn(fields),
        };
      }}
      send={(body) =>
        grant === null ? service.addGrant(body) : service.changeGrant(grant.id, body)
      }
      onDone={onDone}
      onCancel={onCancel}
    />
  );
}
