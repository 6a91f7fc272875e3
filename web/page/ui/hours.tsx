import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { AdminGateView, GrantView, HoursView, Weekday } from "../../api.ts";
import { administration } from "../../words/administration.ts";
import type { Administration, KnownGates } from "../io/administration.ts";
import type { Answer } from "../io/service.ts";
import {
  dateOf,
  dayMinutes,
  endOfDay,
  lastDay,
  runsOfDays,
  startOfDay,
  timeOf,
  weekdays,
} from "../model/hours.ts";
import { Field, FieldSet } from "./field.tsx";
import type { Fields } from "./fields.ts";
import { Form } from "./form.tsx";
import { date, list, timeOfDay, weekday } from "./format-lists.ts";
import { GateField } from "./gate-field.tsx";

const said = administration.grants;

/** "Mon–Fri, 06:30–20:00, from 2 Mar 2026, until 31 Dec 2026, not on holidays" */
export function hoursOf(hours: HoursView | GrantView, timeZone: string): string {
  const runs = runsOfDays(hours.days).map(([first, last]) =>
    first === last ? weekday(first) : `${weekday(first)}–${weekday(last)}`,
  );
  const days = hours.days.length === weekdays.length ? said.everyDay : list(runs);
  const isAllDay = hours.fromMinute === 0 && hours.toMinute === dayMinutes;
  const isOverMidnight = hours.toMinute < hours.fromMinute;
  const clockHours = `${timeOfDay(hours.fromMinute)}–${timeOfDay(hours.toMinute)}`;
  const partOfDay = isOverMidnight ? said.overMidnight(clockHours) : clockHours;
  const startsAt = "startsAt" in hours ? hours.startsAt : null;
  const isClosedOnHolidays = "onHolidays" in hours && !hours.onHolidays;
  return [
    days,
    isAllDay ? said.allDay : partOfDay,
    ...(startsAt === null ? [] : [said.since(date(dateOf(startsAt, timeZone)))]),
    ...(hours.endsAt === null ? [] : [said.until(date(lastDay(hours.endsAt, timeZone)))]),
    ...(isClosedOnHolidays ? [said.notOnHolidays] : []),
  ].join(", ");
}

interface HoursFormProps<B, T> {
  readonly known: KnownGates;
  readonly service: Administration;
  /** what is changed; null: something new */
  readonly hours: HoursView | GrantView | null;
  readonly submit: string;
  /** the fields before the gate */
  readonly before?: ComponentChildren;
  /** the field before the last day */
  readonly firstDay?: ComponentChildren;
  /** the fields after the hours */
  readonly after?: ComponentChildren;
  readonly read: (fields: Fields, gate: AdminGateView) => B;
  readonly send: (body: B) => Promise<Answer<T>>;
  readonly onDone: (value: T) => void;
  readonly onCancel: () => void;
}

/** A form about one gate, with days and hours. */
export function HoursForm<B, T>(props: HoursFormProps<B, T>) {
  const { known, service, hours, before, firstDay, after, read, ...form } = props;
  const [gate, setGate] = useState(
    () => known.gates.find(({ id }) => id === hours?.gate) ?? known.gates[0],
  );
  if (gate === undefined) return null;
  return (
    <Form read={(fields) => read(fields, gate)} {...form}>
      {before}
      <GateField known={known} gate={gate} service={service} onChange={setGate} />
      <HoursFields hours={hours} timeZone={gate.timeZone} firstDay={firstDay} />
      {after}
    </Form>
  );
}

interface HoursFieldsProps {
  /** null: at first office hours */
  readonly hours: HoursView | null;
  /** undefined: the gates have different ones */
  readonly timeZone: string | undefined;
  /** the field before the last day */
  readonly firstDay?: ComponentChildren;
}

/** Days, hours and the last day. */
export function HoursFields({ hours, timeZone, firstDay }: HoursFieldsProps) {
  const last = hours?.endsAt == null ? "" : lastDay(hours.endsAt, timeZone ?? "UTC");
  const to = hours === null ? "20:00" : timeOf(hours.toMinute % dayMinutes);
  return (
    <>
      <FieldSet legend={said.daysTitle} name="day">
        <div class="days">
          {weekdays.map((day) => (
            <label key={day}>
              <input
                type="checkbox"
                name="day"
                value={day}
                defaultChecked={hours === null ? day <= 5 : hours.days.includes(day)}
              />
              <span>{weekday(day)}</span>
            </label>
          ))}
        </div>
      </FieldSet>
      <div class="fields">
        <Field label={said.from} name="from">
          {(its) => (
            <input
              type="time"
              defaultValue={hours === null ? "06:00" : timeOf(hours.fromMinute)}
              required
              {...its}
            />
          )}
        </Field>
        <Field
          label={said.to}
          name="to"
          hint={timeZone === undefined ? said.ownClocks : said.clock(timeZone)}
        >
          {(its) => <input type="time" defaultValue={to} required {...its} />}
        </Field>
        {firstDay}
        <Field label={said.ends} name="ends" hint={said.endsHint}>
          {(its) => <input type="date" max="2199-12-31" defaultValue={last} {...its} />}
        </Field>
      </div>
    </>
  );
}

interface FirstDayProps {
  /** null: a new grant */
  readonly grant: GrantView | null;
  /** undefined: the gates have different ones */
  readonly timeZone: string | undefined;
}

/** Only the grants of people have it. */
export function FirstDay({ grant, timeZone }: FirstDayProps) {
  const first = grant?.startsAt == null ? "" : dateOf(grant.startsAt, timeZone ?? "UTC");
  return (
    <Field label={said.starts} name="starts" hint={said.startsHint}>
      {(its) => <input type="date" max="2199-12-31" defaultValue={first} {...its} />}
    </Field>
  );
}

/** Whether a grant also opens on holidays. @param isOn at first */
export function OnHolidays({ isOn }: { readonly isOn: boolean }) {
  return (
    <>
      <label class="check">
        <input type="checkbox" name="holidays" defaultChecked={isOn} />
        {said.onHolidays}
      </label>
      <p class="hint">{said.onHolidaysHint}</p>
    </>
  );
}

/** The days and hours of {@link HoursFields}. An end of 00:00 means the end of the day. */
export function timesIn(fields: Fields): Pick<HoursView, "days" | "fromMinute" | "toMinute"> {
  const days = fields.checked("day").map((day) => Number(day) as Weekday);
  if (days.length === 0) fields.refuse("day", said.noDays);
  const fromMinute = fields.minute("from");
  const toMinute = fields.minute("to") === 0 ? dayMinutes : fields.minute("to");
  if (fromMinute === toMinute) fields.refuse("to", said.sameHours);
  return { days, fromMinute, toMinute };
}

/**
 * The last day of {@link HoursFields}.
 * @param before the end so far, which may be over
 */
export function endIn(fields: Fields, timeZone: string, before: number | null): number | null {
  const chosen = fields.date("ends");
  if (chosen === null) return null;
  if (before !== null && lastDay(before, timeZone) === chosen) return before;
  if (chosen < dateOf(Date.now(), timeZone)) fields.refuse("ends", said.dayIsOver);
  // Never null, which means no end: the service refuses 0.
  return endOfDay(chosen, timeZone) ?? 0;
}

/**
 * The day of {@link FirstDay}.
 * @param before the beginning so far, which may be another moment of that day
 */
export function startIn(fields: Fields, timeZone: string, before: number | null): number | null {
  const chosen = fields.date("starts");
  if (chosen === null) return null;
  const last = fields.date("ends");
  if (last !== null && last < chosen) fields.refuse("starts", said.startsTooLate);
  if (before !== null && dateOf(before, timeZone) === chosen) return before;
  return startOfDay(chosen, timeZone) ?? 0;
}

/** What {@link OnHolidays} says. */
export function onHolidaysIn(fields: Fields): boolean {
  return fields.checked("holidays").length > 0;
}
