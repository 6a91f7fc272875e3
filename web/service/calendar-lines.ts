/** The lines of an iCalendar file (RFC 5545, 3.1), with their numbers, so that a problem can name one. */
import ICAL from "ical.js";
import type { ServiceWords } from "../words/shape.ts";

type CalendarWords = ServiceWords["calendar"];

/** Something in the file is wrong, or is not read. */
export class CalendarProblem extends Error {
  readonly #line: number | null;
  readonly #what: (said: CalendarWords) => string;

  /** @param line 1 for the first; null: the whole file */
  constructor(line: number | null, what: (said: CalendarWords) => string) {
    super("calendar");
    this.name = "CalendarProblem";
    this.#line = line;
    this.#what = what;
  }

  /** For people: where it is, and what to do. */
  messageIn(said: CalendarWords): string {
    const what = this.#what(said);
    return this.#line === null ? what : said.atLine(this.#line, what);
  }
}

/** One property of an event, as ical.js represents it. */
export interface EventProperty {
  readonly line: number;
  /** in lower case */
  readonly name: string;
  /** such as `date` or `date-time` */
  readonly type: string;
  readonly values: readonly unknown[];
  /** for `ICAL.Component` */
  readonly jCal: readonly unknown[];
}

export interface CalendarEvent {
  /** of its BEGIN */
  readonly line: number;
  readonly properties: readonly EventProperty[];
}

interface Line {
  readonly number: number;
  readonly text: string;
}

/** The events of the file, without what is in them such as alarms. @throws CalendarProblem */
export function readEvents(text: string): readonly CalendarEvent[] {
  const events: CalendarEvent[] = [];
  /** the components that are open */
  const open: string[] = [];
  let event: { readonly line: number; readonly properties: EventProperty[] } | undefined;
  let last = 0;
  for (const line of unfolded(text)) {
    last = line.number;
    const [, word, component] = /^(BEGIN|END):([A-Z-]+)\s*$/i.exec(line.text) ?? [];
    const name = component?.toUpperCase() ?? "";
    if (open.length === 0 && (word?.toUpperCase() !== "BEGIN" || name !== "VCALENDAR")) {
      throw new CalendarProblem(line.number, (said) => said.notCalendar);
    }
    if (word === undefined) {
      if (event !== undefined && open.at(-1) === "VEVENT") event.properties.push(propertyOf(line));
    } else if (word.toUpperCase() === "BEGIN") {
      open.push(name);
      if (name === "VEVENT") event = { line: line.number, properties: [] };
    } else {
      if (open.pop() !== name)
        throw new CalendarProblem(line.number, (said) => said.wrongEnd(name));
      if (name === "VEVENT" && event !== undefined) {
        events.push(event);
        event = undefined;
      }
    }
  }
  if (last === 0) throw new CalendarProblem(null, (said) => said.notCalendar);
  if (open.length > 0) throw new CalendarProblem(last, (said) => said.cut(open[0] ?? ""));
  return events;
}

/** A line that begins with white space continues the one before. */
function unfolded(text: string): readonly Line[] {
  const lines: { number: number; text: string }[] = [];
  for (const [index, part] of text
    .replace(/^\ufeff/, "")
    .split(/\r\n|\n|\r/)
    .entries()) {
    const before = lines.at(-1);
    if (before !== undefined && /^[ \t]/.test(part)) before.text += part.slice(1);
    else if (part.trim() !== "") lines.push({ number: index + 1, text: part });
  }
  return lines;
}

function propertyOf({ number, text }: Line): EventProperty {
  try {
    const jCal: readonly unknown[] = ICAL.parse.property(text);
    const [name, , type, ...values] = jCal;
    return { line: number, name: String(name), type: String(type), values, jCal };
  } catch {
    throw new CalendarProblem(number, (said) => said.notContent);
  }
}
