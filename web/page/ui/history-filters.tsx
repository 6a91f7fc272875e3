import { useEffect, useRef, useState } from "preact/hooks";
import type { HistoryQuery, PersonView, RequestState } from "../../api.ts";
import { history } from "../../words/history.ts";
import type { Administration, KnownGates } from "../io/administration.ts";
import { queryString } from "../io/records.ts";
import { Field, FieldProblems } from "./field.tsx";
import { Fields } from "./fields.ts";
import { OptionalGate } from "./gate-field.tsx";

const said = history;
/** A longer list is no help. */
const mostChoices = 200;

interface FiltersProps {
  readonly service: Administration;
  readonly onChange: (query: HistoryQuery) => void;
}

/** What the administrator wants to see. */
export function Filters({ service, onChange }: FiltersProps) {
  const [isWide] = useState(() => matchMedia("(min-width: 45rem)").matches);
  const [people, setPeople] = useState<readonly PersonView[]>([]);
  const [known, setKnown] = useState<KnownGates | null>(null);
  const [problems, setProblems] = useState<FieldProblems>(new Map());
  const asked = useRef("");
  function read(form: HTMLFormElement): void {
    const fields = new Fields(form);
    const query = queryOf(fields);
    setProblems(fields.problems);
    // A filter that is wrong must not show more than the person asked for.
    if (fields.problems.size === 0 && queryString(query) !== asked.current) {
      asked.current = queryString(query);
      onChange(query);
    }
  }
  useEffect(() => {
    // The history also works without these lists.
    void service
      .people({ limit: mostChoices })
      .then((answer) => answer.type === "ok" && setPeople(answer.value.people));
    void service.knownGates().then((answer) => answer.type === "ok" && setKnown(answer.value));
  }, []);
  return (
    <details open={isWide}>
      <summary>{said.filter}</summary>
      <FieldProblems.Provider value={problems}>
        <form
          class="filters"
          noValidate
          onSubmit={(event) => event.preventDefault()}
          onChange={(event) => read(event.currentTarget)}
          // A date that was entered in part causes no change.
          onFocusOut={(event) => read(event.currentTarget)}
        >
          {known === null ? (
            <Choice name="gate" label={said.gate} options={[]} />
          ) : (
            <OptionalGate
              label={said.gate}
              name="gate"
              all={said.all}
              known={known}
              service={service}
            />
          )}
          <Choice
            name="person"
            label={said.person}
            options={people.map(({ id, name }) => [id, name])}
          />
          <Choice name="state" label={said.state} options={Object.entries(said.states)} />
          <Field label={said.from} name="from">
            {(its) => <input type="date" max="2199-12-31" {...its} />}
          </Field>
          <Field label={said.to} name="to">
            {(its) => <input type="date" max="2199-12-31" {...its} />}
          </Field>
        </form>
      </FieldProblems.Provider>
    </details>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly label: string;
  readonly options: readonly (readonly [string, string])[];
}

function Choice({ name, label, options }: ChoiceProps) {
  return (
    <Field label={label} name={name}>
      {(its) => (
        <select {...its}>
          <option value="">{said.all}</option>
          {options.map(([value, word]) => (
            <option key={value} value={value}>
              {word}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** Dates are whole days in the time zone of the browser. */
function queryOf(fields: Fields): HistoryQuery {
  const [gate, person, state] = ["gate", "person", "state"].map((name) => fields.choice(name));
  const from = startOfDay(fields.date("from"), 0);
  const to = startOfDay(fields.date("to"), 1);
  return {
    ...(gate && { gate }),
    ...(person && { person }),
    ...(state && { state: state as RequestState }),
    ...(from !== null && { from }),
    ...(to !== null && { to }),
  };
}

/** @param days later; a day with a clock change is shorter or longer than 24 hours */
function startOfDay(date: string | null, days: number): number | null {
  if (date === null) return null;
  const day = new Date(`${date}T00:00`);
  day.setDate(day.getDate() + days);
  return Math.max(0, day.getTime());
}
