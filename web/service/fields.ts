/** Schemas of the fields that people fill in. */
import * as v from "valibot";
import { isGateName, isThingName } from "../../device/messages/topics.ts";
import { isName } from "../domain/name.ts";
import { isEmail, isGateId, isTimeZone, longestEmail } from "../input-limits.ts";
import { isHistoryPosition } from "../store/history-position.ts";
import { words } from "../words/service.ts";

const said = words.field;

/** A name, shown on pages, in logs and on terminals. */
export function line(maximumLength: number) {
  return v.pipe(
    v.string(said.text),
    v.trim(),
    v.minLength(1, said.notEmpty),
    v.maxLength(maximumLength, said.maximumLength(maximumLength)),
    v.check((text) => text === "" || isName(text), said.oneLine),
  );
}

export const email = v.pipe(
  v.string(said.text),
  v.trim(),
  v.toLowerCase(),
  v.maxLength(longestEmail, said.maximumLength(longestEmail)),
  v.check(isEmail, said.email),
);

/** In lower case, like those that browsers generate. */
export const uuid = v.pipe(
  v.string(said.text),
  v.regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, said.uuid),
);

export const gateId = v.pipe(v.string(said.text), v.check(isGateId, said.gateId));

/** The same limit as in the topics. */
export const thingName = v.pipe(v.string(said.text), v.check(isThingName, said.thingName));

/** The name of a gate at its box. */
export const output = v.nullable(v.pipe(v.string(said.text), v.check(isGateName, said.output)));

export const timeZone = v.pipe(v.string(said.text), v.check(isTimeZone, said.timeZone));

/** ms since 1970 */
export const time = v.pipe(
  v.number(said.number),
  v.safeInteger(said.wholeNumber),
  v.minValue(0, said.time),
  v.maxValue(8.64e15, said.time),
);

/** in ms; the page's clock may give fractions */
export function duration(maximumMs: number) {
  return v.pipe(
    v.number(said.number),
    v.minValue(0, said.atLeast(0)),
    v.maxValue(maximumMs, said.atMost(maximumMs)),
    v.transform(Math.round),
  );
}

/** Distinct entries, at least one. */
export function listOf<TSchema extends v.GenericSchema<string>>(entry: TSchema, most: number) {
  return v.pipe(
    v.array(entry),
    v.minLength(1, said.notEmpty),
    v.maxLength(most, said.atMostEntries(most)),
    v.check((all) => new Set(all).size === all.length, said.repeated),
  );
}

/** In a query. */
export const wholeNumber = (maximum: number) =>
  v.pipe(
    v.string(),
    v.regex(/^\d{1,16}$/, said.wholeNumber),
    v.transform(Number),
    v.maxValue(maximum, said.atMost(maximum)),
  );

/** Where a page of a list begins. */
export const position = v.pipe(v.string(), v.check(isHistoryPosition, said.historyPosition));
/** The same for a list that can be sorted. `isListPosition` checks it, because it depends on the order. */
export const listPosition = v.pipe(v.string(), v.maxLength(1_000, said.maximumLength(1_000)));
export const pageLimit = v.pipe(wholeNumber(200), v.minValue(1, said.atLeast(1)));
