import { useState } from "preact/hooks";
import type {
  AdminGateView,
  HolidayBody,
  HolidayListView,
  HolidayPreview,
  HolidayView,
} from "../../api.ts";
import { longestCalendar, longestPersonName } from "../../input-limits.ts";
import { administration } from "../../words/administration.ts";
import type { Administration, KnownGates } from "../io/administration.ts";
import { Action, CarefulAction } from "./action.tsx";
import { AddingSection } from "./adding.tsx";
import { Field } from "./field.tsx";
import { Form } from "./form.tsx";
import { date as formatted } from "./format-lists.ts";
import { OptionalGate } from "./gate-field.tsx";
import { mapped, useLoaded, WhenLoaded } from "./loaded.tsx";
import { useTitle } from "./title.ts";
import { withGates } from "./with-gates.ts";

const said = administration.holidays;

/** The days on which access opens only if it says so. */
export function HolidaysPage({ service }: { readonly service: Administration }) {
  useTitle(said.title);
  const { loaded, reload } = useLoaded(() => withGates(service, service.holidays()));
  return (
    <WhenLoaded loaded={loaded} reload={reload}>
      {([lists, known]) => (
        <AddingSection<HolidayListView>
          id="holidays"
          isPage
          title={said.title}
          lead={said.lead}
          add={said.add}
          added={said.added}
          onAdded={reload}
          form={(events) => <AddHolidays service={service} known={known} {...events} />}
        >
          {(isAdding) => (
            <>
              {lists.length === 0 && !isAdding && <p class="empty">{said.none}</p>}
              {lists.length > 0 && (
                <ul class="list card">
                  {lists.map((list) => (
                    <List
                      key={list.id}
                      list={list}
                      gates={known.gates}
                      service={service}
                      reload={reload}
                    />
                  ))}
                </ul>
              )}
            </>
          )}
        </AddingSection>
      )}
    </WhenLoaded>
  );
}

interface ListProps {
  readonly list: HolidayListView;
  readonly gates: readonly AdminGateView[];
  readonly service: Administration;
  readonly reload: () => Promise<void>;
}

function List({ list, gates, service, reload }: ListProps) {
  const { id, name, gate, days } = list;
  const last = days.at(-1);
  const where = gate === null ? said.allGates : gates.find((each) => each.id === gate)?.name;
  return (
    <li class="list-entry">
      <span class="list-main">
        <strong>{name}</strong>
        <span>{where}</span>
        <details>
          <summary>
            {said.preview(days.length)}
            {last !== undefined && `, ${said.until(last.date.slice(0, 4))}`}
          </summary>
          <Days days={days} />
        </details>
      </span>
      <CarefulAction
        label={said.remove}
        name={said.removeName(name)}
        question={said.sureRemove(name)}
        done={said.removed}
        kind="danger"
        onPress={() => service.removeHolidays(id)}
        onDone={reload}
      />
    </li>
  );
}

function Days({ days }: { readonly days: readonly HolidayView[] }) {
  return (
    <ul>
      {days.map(({ date, name }) => (
        <li key={date}>
          {formatted(date)} · {name}
        </li>
      ))}
    </ul>
  );
}

interface AddHolidaysProps {
  readonly service: Administration;
  readonly known: KnownGates;
  readonly onDone: (list: HolidayListView) => void;
  readonly onCancel: () => void;
}

interface Previewed {
  readonly body: HolidayBody;
  readonly preview: HolidayPreview;
}

function AddHolidays({ service, known, onDone, onCancel }: AddHolidaysProps) {
  const [calendar, setCalendar] = useState("");
  const [previewed, setPreviewed] = useState<Previewed | null>(null);
  return (
    <>
      {/* The form stays, so that nothing has to be entered again. */}
      <div hidden={previewed !== null}>
        <Form<HolidayBody, Previewed>
          submit={said.check}
          onCancel={onCancel}
          onDone={setPreviewed}
          read={(fields) => {
            if (calendar.length > longestCalendar) {
              fields.refuse("calendar", said.fileTooLong(longestCalendar));
            }
            if (calendar.trim() === "") {
              fields.refuse("calendar", administration.fields.required);
            }
            return {
              name: fields.line("name", longestPersonName),
              gate: fields.choice("gate") || null,
              calendar,
            };
          }}
          send={(body) => mapped(service.previewHolidays(body), (preview) => ({ body, preview }))}
        >
          <Field label={said.name} name="name" hint={said.nameHint}>
            {(its) => <input required maxLength={longestPersonName} {...its} />}
          </Field>
          <OptionalGate
            label={said.gate}
            name="gate"
            all={said.allGates}
            known={known}
            service={service}
          />
          <Field label={said.file} name="file">
            {(its) => (
              <input
                type="file"
                accept=".ics,text/calendar"
                onChange={(event) => {
                  void event.currentTarget.files?.[0]?.text().then(setCalendar);
                }}
                {...its}
              />
            )}
          </Field>
          <Field label={said.content} name="calendar" hint={said.contentHint}>
            {(its) => (
              <textarea
                rows={6}
                spellcheck={false}
                value={calendar}
                onInput={(event) => setCalendar(event.currentTarget.value)}
                {...its}
              />
            )}
          </Field>
        </Form>
      </div>
      {previewed !== null && (
        <section class="card part" aria-label={said.check}>
          <h2>{said.preview(previewed.preview.days.length)}</h2>
          <p>{said.effect(previewed.preview.grants.closed, previewed.preview.grants.open)}</p>
          <div class="row wrap">
            <button type="button" onClick={() => setPreviewed(null)}>
              {said.change}
            </button>
            <Action
              label={said.save}
              kind="primary"
              onPress={() => service.addHolidays(previewed.body)}
              onDone={onDone}
            />
          </div>
          <Days days={previewed.preview.days} />
        </section>
      )}
    </>
  );
}
