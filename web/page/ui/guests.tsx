import { useState } from "preact/hooks";
import type { GuestState, GuestView, NewGuestView } from "../../api.ts";
import { administration } from "../../words/administration.ts";
import { history } from "../../words/history.ts";
import type { Administration, KnownGates } from "../io/administration.ts";
import { CarefulAction } from "./action.tsx";
import { AddingSection } from "./adding.tsx";
import { Field } from "./field.tsx";
import { when } from "./format.ts";
import { OptionalGate } from "./gate-field.tsx";
import { GrowingList, useGrowingList } from "./growing-list.tsx";
import { AddGuest } from "./guest-form.tsx";
import { mapped, useLoaded, WhenLoaded } from "./loaded.tsx";
import { OnceLink } from "./once-link.tsx";
import { Qr } from "./qr.tsx";
import { useTitle } from "./title.ts";

const said = administration.guests;

interface GuestsPageProps {
  readonly service: Administration;
  /** the gate whose guests are shown first; null: those of all gates */
  readonly gateId: string | null;
}

/** The guests and their links. */
export function GuestsPage({ service, gateId }: GuestsPageProps) {
  useTitle(said.title);
  const { loaded, reload } = useLoaded(() => service.knownGates(gateId === null ? [] : [gateId]));
  return (
    <WhenLoaded loaded={loaded} reload={reload}>
      {(known) => <Guests service={service} known={known} gateId={gateId} />}
    </WhenLoaded>
  );
}

interface GuestsProps extends GuestsPageProps {
  readonly known: KnownGates;
}

function Guests({ service, known, gateId }: GuestsProps) {
  const [gate, setGate] = useState(gateId ?? "");
  const [state, setState] = useState<GuestState | "">("");
  const [made, setMade] = useState<NewGuestView | null>(null);
  const growing = useGrowingList(
    (after) =>
      mapped(
        service.guests({
          ...(gate !== "" && { gate }),
          ...(state !== "" && { state }),
          ...(after !== null && { after }),
        }),
        ({ guests, next }) => ({ entries: guests, next }),
      ),
    [gate, state],
  );
  return (
    <AddingSection<NewGuestView>
      id="guests"
      isPage
      title={said.title}
      lead={said.lead}
      add={known.gates.length > 0 ? said.add : null}
      added={said.added}
      onAdded={async (guest) => {
        setMade(guest);
        await growing.reload();
      }}
      form={(events) => <AddGuest service={service} known={known} gateId={gate} {...events} />}
    >
      {() => (
        <>
          <div aria-live="polite">
            {made !== null && <GuestLinkCard made={made} onDone={() => setMade(null)} />}
          </div>
          <div class="filters">
            <OptionalGate
              label={said.gate}
              name="filter-gate"
              all={said.allGates}
              known={known}
              service={service}
              gateId={gate}
              onChange={setGate}
            />
            <Field label={said.state} name="filter-state">
              {(its) => (
                <select
                  value={state}
                  onChange={(event) => setState(stateIn(event.currentTarget.value))}
                  {...its}
                >
                  <option value="">{said.allStates}</option>
                  {states.map((each) => (
                    <option key={each} value={each}>
                      {said.states[each]}
                    </option>
                  ))}
                </select>
              )}
            </Field>
          </div>
          <GrowingList growing={growing} none={said.none}>
            {(guests) => (
              <ul class="list card">
                {guests.map((guest) => (
                  <GuestEntry
                    key={guest.id}
                    guest={guest}
                    service={service}
                    reload={growing.reload}
                  />
                ))}
              </ul>
            )}
          </GrowingList>
        </>
      )}
    </AddingSection>
  );
}

const states: readonly GuestState[] = ["upcoming", "valid", "used-up", "ended", "revoked"];

function stateIn(value: string): GuestState | "" {
  return states.find((state) => state === value) ?? "";
}

interface GuestLinkCardProps {
  readonly made: NewGuestView;
  readonly onDone: () => void;
}

function GuestLinkCard({ made: guest, onDone }: GuestLinkCardProps) {
  return (
    <OnceLink
      label={said.link}
      lead={said.linkLead(guest.name, guest.gateName)}
      text={guest.url}
      shareTitle={said.shareTitle(guest.gateName)}
      onDone={onDone}
    >
      <Qr text={guest.url} label={said.qr(guest.name)} />
    </OnceLink>
  );
}

const tones: Readonly<Record<GuestState, string>> = {
  upcoming: "wait",
  valid: "good",
  "used-up": "wait",
  ended: "wait",
  revoked: "bad",
};

interface GuestEntryProps {
  readonly guest: GuestView;
  readonly service: Administration;
  readonly reload: () => Promise<void>;
}

function GuestEntry({ guest, service, reload }: GuestEntryProps) {
  const { id, name, gateName, note, inviter, startsAt, endsAt, openings, used, state } = guest;
  const inviterName = inviter.name ?? history.deletedPerson;
  const isOver = state === "ended" || state === "revoked";
  const isStopped = !isOver && !guest.isInviterActive;
  return (
    <li class="list-entry">
      <span class="list-main">
        <strong>{name}</strong>
        <span>
          {gateName} · {when(startsAt)} – {when(endsAt)}
        </span>
        <span class="hint">
          {said.used(used, openings)} · {said.invitedBy(inviterName)}
          {note !== "" && ` · ${note}`}
        </span>
      </span>
      <span class="list-side">
        <span class="badge" data-tone={isStopped ? "bad" : tones[state]}>
          {isStopped ? said.stopped(inviterName) : said.states[state]}
        </span>
      </span>
      {!isOver && (
        <CarefulAction
          label={said.revoke}
          name={said.revokeName(name)}
          question={said.sureRevoke(name)}
          done={said.revoked}
          kind="danger"
          onPress={() => service.revokeGuest(id)}
          onDone={reload}
        />
      )}
    </li>
  );
}
