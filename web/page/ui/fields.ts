import { isGateName, isThingName } from "../../../device/messages/topics.ts";
import { isEmail, isGateId, isTimeZone, latestEnd } from "../../input-limits.ts";
import { administration } from "../../words/administration.ts";
import { dayOf, minuteOf, momentOf } from "../model/hours.ts";

const said = administration.fields;

/**
 * Reads the fields of a form. A field that holds something wrong is a problem, never an absent value: a
 * default in its place could allow more than the person wanted. The browser's own messages are not used,
 * because they differ and often do not say what to enter.
 */
export class Fields {
  readonly #form: HTMLFormElement;
  readonly #problems = new Map<string, string>();

  constructor(form: HTMLFormElement) {
    this.#form = form;
  }

  /** a sentence for each field that is wrong, by name, in the order of reading */
  get problems(): ReadonlyMap<string, string> {
    return this.#problems;
  }

  refuse(name: string, sentence: string): void {
    if (!this.#problems.has(name)) this.#problems.set(name, sentence);
  }

  /** A name, which must not be empty. */
  line(name: string, longest: number): string {
    const text = this.#text(name);
    if (text === "") this.refuse(name, said.required);
    else if (text.length > longest) this.refuse(name, said.longest(longest));
    return text;
  }

  /** @returns null when the field is empty */
  email(name: string, longest: number): string | null {
    const text = this.#text(name);
    if (text === "") return null;
    if (text.length > longest) this.refuse(name, said.longest(longest));
    else if (!isEmail(text)) this.refuse(name, said.email);
    return text;
  }

  gateId(name: string): string {
    return this.#checked(name, isGateId, said.gateId);
  }

  thingName(name: string): string {
    return this.#checked(name, isThingName, said.thingName);
  }

  /** The name of a gate at its box. @returns null when the field is empty */
  output(name: string): string | null {
    const text = this.#text(name);
    if (text === "") return null;
    if (!isGateName(text)) this.refuse(name, said.output);
    return text;
  }

  timeZone(name: string): string {
    return this.#checked(name, isTimeZone, said.timeZone);
  }

  /** @returns minutes after midnight; NaN when the field is refused */
  minute(name: string): number {
    const minute = minuteOf(this.#text(name));
    if (minute === undefined) this.refuse(name, said.time);
    return minute ?? Number.NaN;
  }

  /**
   * @returns "2026-12-31"; null when the field is empty or refused. A date that was entered in part has
   *   no value, and only `badInput` tells it from an empty field.
   */
  date(name: string): string | null {
    const text = this.#text(name);
    if (text === "" && !this.#isBad(name)) return null;
    const day = dayOf(text);
    if (day !== undefined && day >= 0 && day < latestEnd) return text;
    this.refuse(name, said.date);
    return null;
  }

  /** A date and a time on the clock of this zone. @returns ms since 1970; NaN when it is refused */
  moment(name: string, timeZone: string): number {
    const [date = "", time = ""] = this.#text(name).split("T");
    const minute = minuteOf(time.slice(0, 5));
    const at = minute === undefined ? undefined : momentOf(date, minute, timeZone);
    if (at !== undefined && at >= 0 && at < latestEnd) return at;
    this.refuse(name, said.moment);
    return Number.NaN;
  }

  /** A whole number from 1. @returns NaN when it is refused */
  count(name: string, most: number): number {
    const text = this.#text(name);
    const count = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
    if (count >= 1 && count <= most) return count;
    this.refuse(name, said.count(most));
    return Number.NaN;
  }

  /** A line that may be empty. */
  note(name: string, longest: number): string {
    const text = this.#text(name);
    if (text.length > longest) this.refuse(name, said.longest(longest));
    return text;
  }

  /** The selected option, or "". */
  choice(name: string): string {
    return this.#text(name);
  }

  /** The values of the checkboxes that are checked. */
  checked(name: string): readonly string[] {
    return new FormData(this.#form).getAll(name).map(String);
  }

  #checked(name: string, isRight: (text: string) => boolean, sentence: string): string {
    const text = this.#text(name);
    if (text === "") this.refuse(name, said.required);
    else if (!isRight(text)) this.refuse(name, sentence);
    return text;
  }

  #text(name: string): string {
    const value = new FormData(this.#form).get(name);
    return typeof value === "string" ? value.trim() : "";
  }

  #isBad(name: string): boolean {
    const field = this.#form.elements.namedItem(name);
    return field instanceof HTMLInputElement && field.validity.badInput;
  }
}
