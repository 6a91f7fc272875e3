import { useEffect, useRef, useState } from "preact/hooks";
import type {
  AdminGateView,
  HistoryEntry,
  HistoryQuery,
  PersonSummary,
  PersonView,
  RequestState,
} from "../../api.ts";
import { words } from "../../words/page.ts";
import { queryString, type Service } from "../io/service.ts";
import { seconds } from "../model/outcome.ts";
import { Field, FieldProblems } from "./field.tsx";
import { Fields } from "./fields.ts";
import { exactly } from "./format.ts";
import { messageOf } from "./loaded.tsx";
import { useTitle } from "./title.ts";

const pageSize = 50;
const said = words.history;

interface HistoryPageProps {
  readonly service: Service;
  readonly person: PersonSummary;
}

/** The person's own requests. Administrators see everyone's, with filters. */
export function HistoryPage({ service, person }: HistoryPageProps) {
  useTitle(said.title);
  const [query, setQuery] = useState<HistoryQuery>({});
  const [entries, setEntries] = useState<readonly HistoryEntry[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [notice, setNotice] = useState("");

  async function load(after: string | null): Promise<readonly HistoryEntry[] | null> {
    const answer = await service.history({
      ...query,
      limit: pageSize,
      ...(after !== null && { after }),
    });
    setNotice(answer.type === "ok" ? "" : messageOf(answer));
    if (answer.type !== "ok") return null;
    setNext(answer.value.next);
    return answer.value.entries;
  }

  useEffect(() => {
    let isCurrent = true;
    void load(null).then((first) => {
      if (isCurrent && first !== null) setEntries(first);
    });
    return () => {
      isCurrent = false;
    };
  }, [query]);

  async function more(): Promise<void> {
    const added = await load(next);
    if (added !== null) setEntries([...(entries ?? []), ...added]);
  }

  return (
    <section class="wide-page">
      <div class="page-head">
        <div>
          <h1>{said.title}</h1>
          <p class="lead">{person.isAdministrator ? said.everybody : said.mine}</p>
        </div>
        <a class="button" href={`/api/history.csv${queryString(query)}`} download>
          {said.csv}
        </a>
      </div>
      {person.isAdministrator && <Filters service={service} onChange={setQuery} />}
      {notice !== "" && (
        <p class="notice" role="alert">
          {notice}
        </p>
      )}
      {entries === null && notice === "" && (
        <p class="empty" role="status">
          {words.loading}
        </p>
      )}
      {entries?.length === 0 && <p class="empty">{said.empty}</p>}
      {entries !== null && entries.length > 0 && (
        <ol class="entries card">
          {entries.map((entry) => (
            <Entry key={entry.id} entry={entry} showsPerson={person.isAdministrator} />
          ))}
        </ol>
      )}
      {next !== null && (
        <button type="button" class="wide" onClick={more}>
          {said.more}
        </button>
      )}
    </section>
  );
}

const tones: Readonly<Record<RequestState, string>> = {
  recorded: "wait",
  sent: "wait",
  opened: "good",
  refused: "bad",
  unanswered: "unsure",
  failed: "bad",
  denied: "bad",
};

function Entry({ entry, showsPerson }: { entry: HistoryEntry; showsPerson: boolean }) {
  const why = entry.reason === null ? null : words.reasons[entry.reason];
  return (
    <li class="entry">
      <time dateTime={new Date(entry.at).toISOString()}>{exactly(entry.at)}</time>
      <span class="entry-who">
        {showsPerson && <strong>{entry.person?.name ?? said.nobody}</strong>}
        <span>{entry.gateName}</span>
        {entry.address !== null && <span class="hint">{entry.address}</span>}
      </span>
      <span class="badge" data-tone={tones[entry.state]}>
        {words.states[entry.state]}
        {entry.pulseMs !== null && ` · ${said.pressed(seconds(entry.pulseMs))}`}
      </span>
      {why !== null && <span class="entry-why hint">{why}</span>}
    </li>
  );
}

interface FiltersProps {
  readonly service: Service;
  readonly onChange: (query: HistoryQuery) => void;
}

function Filters({ service, onChange }: FiltersProps) {
  const [isWide] = useState(() => matchMedia("(min-width: 45rem)").matches);
  const [people, setPeople] = useState<readonly PersonView[]>([]);
  const [gates, setGates] = useState<readonly AdminGateView[]>([]);
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
    void service.people().then((answer) => answer.type === "ok" && setPeople(answer.value));
    void service.gates().then((answer) => answer.type === "ok" && setGates(answer.value));
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
          <Choice name="gate" label={said.gate} options={gates.map(({ id, name }) => [id, name])} />
          <Choice
            name="person"
            label={said.person}
            options={people.map(({ id, name }) => [id, name])}
          />
          <Choice name="state" label={said.state} options={Object.entries(words.states)} />
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
