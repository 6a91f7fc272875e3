import { useState } from "preact/hooks";
import type { AdminGateView, ManyGrantsBody } from "../../api.ts";
import { mostGates, mostGrants, mostPeople } from "../../input-limits.ts";
import { administration } from "../../words/administration.ts";
import type { Administration } from "../io/administration.ts";
import { Action } from "./action.tsx";
import { choiceOf, findGates, findPeople } from "./choices.ts";
import type { Fields } from "./fields.ts";
import { Form } from "./form.tsx";
import { list } from "./format-lists.ts";
import {
  endIn,
  FirstDay,
  HoursFields,
  hoursOf,
  OnHolidays,
  onHolidaysIn,
  startIn,
  timesIn,
} from "./hours.tsx";
import { orNull, useLoaded, WhenLoaded } from "./loaded.tsx";
import { type Choice, Picker } from "./picker.tsx";
import { fragmentOf, goTo } from "./route.ts";
import { useTitle } from "./title.ts";

const said = administration.many;

interface ManyGrantsPageProps {
  readonly service: Administration;
  /** a gate that is chosen at first; null: none */
  readonly gateId: string | null;
}

/** Access for several people at several gates. Nothing is made before the summary was confirmed. */
export function ManyGrantsPage({ service, gateId }: ManyGrantsPageProps) {
  useTitle(said.title);
  const { loaded, reload } = useLoaded<AdminGateView | null>(async () =>
    gateId === null ? { type: "ok", value: null } : orNull(service.gate(gateId)),
  );
  const [made, setMade] = useState<number | null>(null);
  return (
    <section class="wide-page">
      <div class="page-head">
        <h1>{said.title}</h1>
      </div>
      {made === null ? (
        <WhenLoaded loaded={loaded} reload={reload}>
          {(gate) => <ManyGrants service={service} gate={gate} onMade={setMade} />}
        </WhenLoaded>
      ) : (
        <>
          <p role="status">{said.made(made)}</p>
          <div class="row wrap">
            <button type="button" onClick={() => setMade(null)}>
              {said.again}
            </button>
            <a class="button" href={fragmentOf({ page: "people", id: null })}>
              {said.toPeople}
            </a>
          </div>
        </>
      )}
    </section>
  );
}

interface ManyGrantsProps {
  readonly service: Administration;
  /** is chosen at first; null: none */
  readonly gate: AdminGateView | null;
  readonly onMade: (count: number) => void;
}

function ManyGrants({ service, gate: first, onMade }: ManyGrantsProps) {
  const [people, setPeople] = useState<readonly Choice[]>([]);
  // All that were found so far, because the time zones of the chosen ones are needed.
  const [gates, setGates] = useState<readonly AdminGateView[]>(first === null ? [] : [first]);
  const [chosen, setChosen] = useState<readonly Choice[]>(gates.map(choiceOf));
  const [draft, setDraft] = useState<ManyGrantsBody | null>(null);
  const chosenGates = gates.filter(({ id }) => chosen.some((choice) => choice.id === id));
  const zones = new Set(chosenGates.map(({ timeZone }) => timeZone));
  const [zone] = zones.size === 1 ? zones : [undefined];
  return (
    <>
      {/* The form stays, so that nothing has to be entered again. */}
      <div hidden={draft !== null}>
        <Form
          submit={said.check}
          onCancel={() => goTo({ page: "people", id: null })}
          onDone={setDraft}
          read={(fields) => bodyIn(fields, people, chosenGates)}
          send={async (body) => ({ type: "ok", value: body })}
        >
          <Picker
            label={said.people}
            name="people"
            hint={said.search}
            most={mostPeople}
            chosen={people}
            onChange={setPeople}
            find={(text) => (text === "" ? Promise.resolve([]) : findPeople(service, text))}
          />
          <Picker
            label={said.gates}
            name="gates"
            most={mostGates}
            chosen={chosen}
            onChange={setChosen}
            find={async (text) => {
              const found = await findGates(service, text);
              setGates((before) => [...before, ...found.filter(isNewIn(before))]);
              return found.map(choiceOf);
            }}
          />
          <HoursFields
            hours={null}
            timeZone={zone}
            firstDay={<FirstDay grant={null} timeZone={zone} />}
          />
          <OnHolidays isOn />
        </Form>
      </div>
      {draft !== null && (
        <section class="card part" aria-label={said.check}>
          <h2>{said.summary(draft.people.length, draft.gates.length)}</h2>
          <p>{list(people.map(({ name }) => name))}</p>
          <ul>
            {draft.gates.map((each) => {
              const gate = gates.find(({ id }) => id === each.gate);
              const hours = { ...draft, ...each, id: "", person: "" };
              const shown = { ...hours, onHolidays: draft.onHolidays ?? true };
              return (
                <li key={each.gate}>
                  {gate?.name}: {hoursOf(shown, gate?.timeZone ?? "UTC")}
                </li>
              );
            })}
          </ul>
          <div class="row wrap">
            <button type="button" onClick={() => setDraft(null)}>
              {said.change}
            </button>
            <Action
              label={said.grant(draft.people.length * draft.gates.length)}
              kind="primary"
              onPress={() => service.addManyGrants(draft)}
              onDone={({ created }) => onMade(created)}
            />
          </div>
        </section>
      )}
    </>
  );
}

const isNewIn = (gates: readonly AdminGateView[]) => (gate: AdminGateView) =>
  !gates.some(({ id }) => id === gate.id);

function bodyIn(
  fields: Fields,
  people: readonly Choice[],
  gates: readonly AdminGateView[],
): ManyGrantsBody {
  if (people.length === 0) fields.refuse("people", said.noPeople);
  if (gates.length === 0) fields.refuse("gates", said.noGates);
  if (people.length * gates.length > mostGrants) fields.refuse("people", said.tooMany(mostGrants));
  return {
    people: people.map(({ id }) => id),
    gates: gates.map(({ id, timeZone }) => ({
      gate: id,
      startsAt: startIn(fields, timeZone, null),
      endsAt: endIn(fields, timeZone, null),
    })),
    ...timesIn(fields),
    onHolidays: onHolidaysIn(fields),
  };
}
