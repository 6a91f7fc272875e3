/**
 * Reads the holidays of an iCalendar file (RFC 5545): whole-day events, also yearly ones. Whatever could mean
 * another day than it seems is refused.
 */
import { setImmediate as othersTurn } from "node:timers/promises";
import ICAL from "ical.js";
import type { Holiday } from "../domain/entities.ts";
import { isName } from "../domain/name.ts";
import {
  type CalendarEvent,
  CalendarProblem,
  type EventProperty,
  readEvents,
} from "./calendar-lines.ts";

const dayMs = 86_400_000;

/** How many years a yearly event is read ahead. */
export const yearsAhead = 10;
const mostEvents = 1_000;
export const mostDays = 2_000;
const longestEventDays = 366;
/** Before a rule is given up: yearly since 1900, on two days each. */
const mostOccurrences = 300;
/** After so many events, other work gets its turn: somebody may be standing at a gate. */
const eventsInARow = 2;
const longestName = 100;
const ruleParts = ["freq", "interval", "count", "until", "bymonth", "bymonthday", "byday", "wkst"];

/**
 * @param now ms since 1970; earlier days than yesterday are left out
 * @param nameless the name of a day whose event has none
 * @returns at most {@link mostDays}, in order, each once
 * @throws CalendarProblem
 */
export async function readHolidays(
  text: string,
  now: number,
  nameless: string,
): Promise<readonly Holiday[]> {
  const first = Math.floor(now / dayMs) - 1;
  const lastYear = new Date(now).getUTCFullYear() + yearsAhead;
  const last = Date.UTC(lastYear, 11, 31) / dayMs;
  const events = readEvents(text);
  if (events.length > mostEvents)
    throw new CalendarProblem(null, (said) => said.tooManyEvents(mostEvents));
  const days = new Map<number, string>();
  for (const [index, event] of events.entries()) {
    if (index % eventsInARow === 0) await othersTurn();
    if (firstValueOf(event, "status") === "CANCELLED") continue;
    for (const day of daysOf(event, first, last)) {
      if (days.has(day)) continue;
      days.set(day, nameOf(event) ?? nameless);
      if (days.size > mostDays)
        throw new CalendarProblem(event.line, (said) => said.tooManyDays(mostDays));
    }
  }
  if (days.size === 0) throw new CalendarProblem(null, (said) => said.noDays(lastYear));
  const inOrder = [...days].toSorted(([one], [other]) => one - other);
  return inOrder.map(([day, name]) => ({ date: isoOf(day), name }));
}

/** The days of the event from `first` to `last`; days since 1 January 1970. */
function daysOf(event: CalendarEvent, first: number, last: number): readonly number[] {
  for (const { name, line } of event.properties) {
    if (["rdate", "exrule", "recurrence-id"].includes(name)) {
      throw new CalendarProblem(line, (said) => said.notRead(name.toUpperCase()));
    }
  }
  const start = propertyNamed(event, "dtstart");
  if (start === undefined) throw new CalendarProblem(event.line, (said) => said.noStart);
  const [begins = 0] = datesOf(start);
  const length = lengthOf(event, begins);
  const rule = propertyNamed(event, "rrule");
  const all = rule === undefined ? [begins] : occurrences(event, rule, begins, last);
  return all
    .filter((day) => day + length > first)
    .flatMap((day) => Array.from({ length }, (_, index) => day + index))
    .filter((day) => day >= first && day <= last);
}

/** In days. DTEND is the day after the last one (3.6.1). */
function lengthOf(event: CalendarEvent, begins: number): number {
  const end = propertyNamed(event, "dtend");
  const duration = propertyNamed(event, "duration");
  if (end !== undefined) {
    const [after = 0] = datesOf(end);
    if (after <= begins) throw new CalendarProblem(end.line, (said) => said.endNotLater);
    return checkedLength(after - begins, end.line);
  }
  if (duration === undefined) return 1;
  const [, weeks, days] = /^P(?:(\d{1,3})W|(\d{1,4})D)$/.exec(String(duration.values[0])) ?? [];
  const length = weeks === undefined ? Number(days) : Number(weeks) * 7;
  if (!(length >= 1)) throw new CalendarProblem(duration.line, (said) => said.timed);
  return checkedLength(length, duration.line);
}

function checkedLength(days: number, line: number): number {
  if (days > longestEventDays)
    throw new CalendarProblem(line, (said) => said.tooLong(longestEventDays));
  return days;
}

/** The days on which a yearly event begins. */
function occurrences(
  event: CalendarEvent,
  rule: EventProperty,
  begins: number,
  last: number,
): readonly number[] {
  const months = monthsOf(rule, begins);
  for (const property of event.properties) {
    if (property.name === "exdate") datesOf(property);
  }
  const kept = event.properties.filter(({ name }) => ["dtstart", "rrule", "exdate"].includes(name));
  const component = new ICAL.Component(["vevent", kept.map(({ jCal }) => jCal), []]);
  const found: number[] = [];
  try {
    const iterator = new ICAL.Event(component).iterator();
    for (let count = 0; count < mostOccurrences; count++) {
      const time = iterator.next();
      if (!time) return found;
      const day = Date.UTC(time.year, time.month - 1, time.day) / dayMs;
      if (day > last) return found;
      // ical.js turns 29 February of a common year into 1 March; the standard skips it (3.3.10).
      if (months.includes(time.month)) found.push(day);
    }
  } catch {
    throw new CalendarProblem(rule.line, (said) => said.rule);
  }
  throw new CalendarProblem(rule.line, (said) => said.rule);
}

/** The months of a yearly rule. Any other rule is refused. */
function monthsOf(rule: EventProperty, begins: number): readonly number[] {
  const [value] = rule.values;
  const parts = new Map(typeof value === "object" && value !== null ? Object.entries(value) : []);
  const isYearly = String(parts.get("freq")).toUpperCase() === "YEARLY";
  if (!isYearly || [...parts.keys()].some((part) => !ruleParts.includes(part))) {
    throw new CalendarProblem(rule.line, (said) => said.rule);
  }
  const byMonth = parts.get("bymonth");
  if (byMonth !== undefined) return [byMonth].flat().map(Number);
  if (parts.has("byday") || parts.has("bymonthday")) {
    throw new CalendarProblem(rule.line, (said) => said.ruleWithoutMonth);
  }
  return [new Date(begins * dayMs).getUTCMonth() + 1];
}

function propertyNamed(event: CalendarEvent, name: string): EventProperty | undefined {
  const [property, second] = event.properties.filter((each) => each.name === name);
  if (second !== undefined) {
    throw new CalendarProblem(second.line, (said) => said.twice(name.toUpperCase()));
  }
  return property;
}

function firstValueOf(event: CalendarEvent, name: string): string {
  return String(event.properties.find((each) => each.name === name)?.values[0] ?? "");
}

/** Days since 1 January 1970. @throws CalendarProblem for a time, or a date that does not exist */
function datesOf({ type, values, line }: EventProperty): readonly number[] {
  if (type !== "date") throw new CalendarProblem(line, (said) => said.timed);
  return values.map((value) => {
    const text = String(value);
    const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00Z`) : Number.NaN;
    if (Number.isNaN(at) || isoOf(at / dayMs) !== text) {
      throw new CalendarProblem(line, (said) => said.notDate);
    }
    return at / dayMs;
  });
}

function nameOf(event: CalendarEvent): string | undefined {
  const summary = firstValueOf(event, "summary").replace(/\s+/g, " ").trim().slice(0, longestName);
  return isName(summary) ? summary : undefined;
}

function isoOf(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}
