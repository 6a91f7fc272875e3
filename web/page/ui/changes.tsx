import { useState } from "preact/hooks";
import type {
  ChangeSubject,
  ChangesQuery,
  ChangeView,
  FieldValue,
  RecordedField,
} from "../../api.ts";
import { administration } from "../../words/administration.ts";
import { history } from "../../words/history.ts";
import type { Administration } from "../io/administration.ts";
import { queryString } from "../io/records.ts";
import { weekdays } from "../model/hours.ts";
import { Field } from "./field.tsx";
import { exactly, list, timeOfDay, weekday } from "./format-lists.ts";
import { GrowingList, useGrowingList } from "./growing-list.tsx";
import { Loading, mapped } from "./loaded.tsx";
import { useTitle } from "./title.ts";

const said = administration.changes;

interface ChangesPageProps {
  readonly service: Administration;
  /** whom the changes are about; null: anybody and anything */
  readonly personId: string | null;
}

/** Who changed what in the app. */
export function ChangesPage({ service, personId }: ChangesPageProps) {
  useTitle(said.title);
  const [subject, setSubject] = useState<ChangeSubject | null>(null);
  const query: ChangesQuery = {
    ...(personId !== null && { person: personId }),
    ...(subject !== null && { subject }),
  };
  const growing = useGrowingList(
    (after) =>
      mapped(
        service.changes({ ...query, ...(after !== null && { after }) }),
        ({ changes, next }) => ({ entries: changes, next }),
      ),
    [subject, personId],
  );
  const subjects = Object.keys(said.subjects) as ChangeSubject[];
  return (
    <section class="wide-page">
      <div class="page-head">
        <div>
          <h1>{said.title}</h1>
          <p class="lead">{personId === null ? said.lead : said.leadOfPerson}</p>
        </div>
        <a class="button" href={`/api/admin/changes.csv${queryString(query)}`} download>
          {said.csv}
        </a>
      </div>
      <Field label={said.about} name="subject">
        {(its) => (
          <select
            value={subject ?? ""}
            onChange={({ currentTarget }) =>
              setSubject(subjects.find((each) => each === currentTarget.value) ?? null)
            }
            {...its}
          >
            <option value="">{said.everything}</option>
            {subjects.map((each) => (
              <option key={each} value={each}>
                {said.subjects[each]}
              </option>
            ))}
          </select>
        )}
      </Field>
      <GrowingList growing={growing} none={said.none} loading={<Loading />}>
        {(entries) => (
          <ol class="list card">
            {entries.map((entry) => (
              <Entry key={entry.id} entry={entry} />
            ))}
          </ol>
        )}
      </GrowingList>
    </section>
  );
}

const tones = { added: "good", changed: "wait", removed: "bad" } as const;

function Entry({ entry }: { readonly entry: ChangeView }) {
  const { at, subject, action, person, gate, fields } = entry;
  const about = [person && nameOf(person), gate?.name].filter((name) => name);
  return (
    <li class="list-entry">
      <span class="list-main">
        <strong>{[said.subjects[subject], ...about].join(" · ")}</strong>
        <span class="hint">
          <time dateTime={new Date(at).toISOString()}>{exactly(at)}</time> ·{" "}
          {said.by(authorOf(entry))}
        </span>
        {fields.map(({ field, from, to }) => (
          <span key={field}>
            {said.fields[field]}: {shown(field, from)} → {shown(field, to)}
          </span>
        ))}
      </span>
      <span class="list-side">
        <span class="badge" data-tone={tones[action]}>
          {said.actions[action]}
        </span>
      </span>
    </li>
  );
}

function authorOf({ by, author }: ChangeView): string {
  return by === "person" ? nameOf(author) : said.authors[by];
}

function nameOf(person: ChangeView["person"]): string {
  return person?.name ?? history.deletedPerson;
}

function shown(field: RecordedField, value: FieldValue): string {
  if (value === null || value === "") return said.nothing;
  if (typeof value === "boolean") return value ? said.yes : said.no;
  if (typeof value === "number") {
    if (field.endsWith("At")) return exactly(value);
    return field.endsWith("Minute") ? timeOfDay(value) : String(value);
  }
  if (typeof value === "string") return value;
  const names = weekdays.filter((day) => value.includes(day));
  return list(names.map(weekday));
}
