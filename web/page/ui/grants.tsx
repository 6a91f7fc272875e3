import { useState } from "preact/hooks";
import type { AdminGateView, GrantBody, GrantView, PersonView, Weekday } from "../../api.ts";
import { administration } from "../../words/administration.ts";
import type { AdministrationService } from "../io/administration-service.ts";
import { dateOf, dayMinutes, endOfDay, lastDay, runsOfDays, weekdays } from "../model/hours.ts";
import { CarefulAction } from "./action.tsx";
import { useAnnounce } from "./announcer.tsx";
import { Field, FieldSet } from "./field.tsx";
import type { Fields } from "./fields.ts";
import { useFocusWhen } from "./focus.ts";
import { Form } from "./form.tsx";
import { date, list, timeOfDay, weekday } from "./format-details.ts";

const said = administration.grants;

interface GrantsProps {
  readonly person: PersonView;
  readonly grants: readonly GrantView[];
  readonly gates: readonly AdminGateView[];
  readonly service: AdministrationService;
  readonly reload: () => Promise<void>;
}

/** Which gates one person may open, and when. */
export function Grants({ person, grants, gates, service, reload }: GrantsProps) {
  const [isAdding, setAdding] = useState(false);
  const opener = useFocusWhen<HTMLButtonElement>(!isAdding);
  const announce = useAnnounce();
  return (
    <section class="part" aria-labelledby="access">
      <div class="page-head">
        <h2 id="access">{said.title}</h2>
        {!isAdding && gates.length > 0 && (
          <button ref={opener} type="button" onClick={() => setAdding(true)}>
            {said.add}
          </button>
        )}
      </div>
      {isAdding && (
        <AddGrant
          person={person}
          gates={gates}
          service={service}
          onCancel={() => setAdding(false)}
          onDone={async () => {
            await reload();
            setAdding(false);
            announce(said.granted);
          }}
        />
      )}
      {grants.length === 0 && !isAdding && <p class="empty">{said.none}</p>}
      {grants.length > 0 && (
        <ul class="list card">
          {grants.map((grant) => {
            const gate = gates.find(({ id }) => id === grant.gate);
            const name = gate?.name ?? grant.gate;
            return (
              <li key={grant.id} class="list-entry">
                <span class="list-main">
                  <strong>{name}</strong>
                  <span>{hoursOf(grant, gate?.timeZone ?? "UTC")}</span>
                </span>
                <CarefulAction
                  label={said.withdraw}
                  name={said.withdrawName(name)}
                  question={said.sureWithdraw(person.name, name)}
                  done={said.withdrawn}
                  kind="danger"
                  onPress={() => service.withdrawGrant(grant.id)}
                  onDone={reload}
                />
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}

/** "Mon–Fri, 06:30–20:00, until 31 Dec 2026" */
export function hoursOf(grant: GrantView, timeZone: string): string {
  const runs = runsOfDays(grant.days).map(([first, last]) =>
    first === last ? weekday(first) : `${weekday(first)}–${weekday(last)}`,
  );
  const days = grant.days.length === weekdays.length ? said.everyDay : list(runs);
  const isAllDay = grant.fromMinute === 0 && grant.toMinute === dayMinutes;
  const isOverMidnight = grant.toMinute < grant.fromMinute;
  const clockHours = `${timeOfDay(grant.fromMinute)}–${timeOfDay(grant.toMinute)}`;
  const partOfDay = isOverMidnight ? said.overMidnight(clockHours) : clockHours;
  const hours = isAllDay ? said.allDay : partOfDay;
  const until = grant.endsAt === null ? [] : [said.until(date(lastDay(grant.endsAt, timeZone)))];
  return [days, hours, ...until].join(", ");
}

interface AddGrantProps {
  readonly person: PersonView;
  readonly gates: readonly AdminGateView[];
  readonly service: AdministrationService;
  readonly onDone: () => void;
  readonly onCancel: () => void;
}

function AddGrant({ person, gates, service, onDone, onCancel }: AddGrantProps) {
  const [gateId, setGateId] = useState(gates[0]?.id ?? "");
  const timeZone = gates.find(({ id }) => id === gateId)?.timeZone ?? "UTC";
  return (
    <Form
      submit={said.add}
      onCancel={onCancel}
      onDone={onDone}
      read={(fields) => grantOf(fields, person.id, timeZone)}
      send={service.addGrant}
    >
      <GateField gates={gates} gateId={gateId} onChange={setGateId} />
      <HoursFields timeZone={timeZone} />
    </Form>
  );
}

interface GateFieldProps {
  readonly gates: readonly AdminGateView[];
  readonly gateId: string;
  readonly onChange: (id: string) => void;
}

export function GateField({ gates, gateId, onChange }: GateFieldProps) {
  return (
    <Field label={said.gate} name="gate">
      {(its) => (
        <select value={gateId} onChange={(event) => onChange(event.currentTarget.value)} {...its}>
          {gates.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** Days, hours and the last day, at first office hours. */
export function HoursFields({ timeZone }: { readonly timeZone: string }) {
  return (
    <>
      <FieldSet legend={said.daysTitle} name="day">
        <div class="days">
          {weekdays.map((day) => (
            <label key={day}>
              <input type="checkbox" name="day" value={day} defaultChecked={day <= 5} />
              <span>{weekday(day)}</span>
            </label>
          ))}
        </div>
      </FieldSet>
      <div class="fields">
        <Field label={said.from} name="from">
          {(its) => <input type="time" defaultValue="06:00" required {...its} />}
        </Field>
        <Field label={said.to} name="to" hint={said.clock(timeZone)}>
          {(its) => <input type="time" defaultValue="20:00" required {...its} />}
        </Field>
        <Field label={said.ends} name="ends" hint={said.endsHint}>
          {(its) => <input type="date" max="2199-12-31" {...its} />}
        </Field>
      </div>
    </>
  );
}

/** What {@link GateField} and {@link HoursFields} say. An end of 00:00 means the end of the day. */
export function grantOf(fields: Fields, person: string, timeZone: string): GrantBody {
  const gate = fields.choice("gate");
  const days = fields.checked("day").map((day) => Number(day) as Weekday);
  if (days.length === 0) fields.refuse("day", said.noDays);
  const fromMinute = fields.minute("from");
  const toMinute = fields.minute("to") === 0 ? dayMinutes : fields.minute("to");
  if (fromMinute === toMinute) fields.refuse("to", said.sameHours);
  return { person, gate, days, fromMinute, toMinute, endsAt: endOf(fields, timeZone) };
}

function endOf(fields: Fields, timeZone: string): number | null {
  const last = fields.date("ends");
  if (last === null) return null;
  if (last < dateOf(Date.now(), timeZone)) fields.refuse("ends", said.dayIsOver);
  // Never null, which means no end: the service refuses 0.
  return endOfDay(last, timeZone) ?? 0;
}
