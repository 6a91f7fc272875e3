/** Schemas of the fields that people fill in. */
import * as v from "valibot";
import { isGateName, isThingName } from "../../device/messages/topics.ts";
import type { Weekday } from "../api.ts";
import { isName } from "../domain/name.ts";
import { isEmail, isGateId, isTimeZone, latestEnd, longestEmail } from "../input-limits.ts";
import { isHistoryPosition } from "../store/history-position.ts";
import { said } from "./language.ts";

/** A name, shown on pages, in logs and on terminals. */
export function line(maximumLength: number) {
  return v.pipe(
    v.string(said((field) => field.text)),
    v.trim(),
    v.minLength(
      1,
      said((field) => field.notEmpty),
    ),
    v.maxLength(
      maximumLength,
      said((field) => field.maximumLength(maximumLength)),
    ),
    v.check(
      (text) => text === "" || isName(text),
      said((field) => field.oneLine),
    ),
  );
}

export const email = v.pipe(
  v.string(said((field) => field.text)),
  v.trim(),
  v.toLowerCase(),
  v.maxLength(
    longestEmail,
    said((field) => field.maximumLength(longestEmail)),
  ),
  v.check(
    isEmail,
    said((field) => field.email),
  ),
);

/** In lower case, like those that browsers generate. */
export const uuid = v.pipe(
  v.string(said((field) => field.text)),
  v.regex(
    /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
    said((field) => field.uuid),
  ),
);

export const gateId = v.pipe(
  v.string(said((field) => field.text)),
  v.check(
    isGateId,
    said((field) => field.gateId),
  ),
);

/** The same limit as in the topics. */
export const thingName = v.pipe(
  v.string(said((field) => field.text)),
  v.check(
    isThingName,
    said((field) => field.thingName),
  ),
);

/** The name of a gate at its box. */
export const output = v.nullable(
  v.pipe(
    v.string(said((field) => field.text)),
    v.check(
      isGateName,
      said((field) => field.output),
    ),
  ),
);

export const timeZone = v.pipe(
  v.string(said((field) => field.text)),
  v.check(
    isTimeZone,
    said((field) => field.timeZone),
  ),
);

/** ms since 1970 */
export const time = v.pipe(
  v.number(said((field) => field.number)),
  v.safeInteger(said((field) => field.wholeNumber)),
  v.minValue(
    0,
    said((field) => field.time),
  ),
  v.maxValue(
    8.64e15,
    said((field) => field.time),
  ),
);

/** A time that people choose in advance: ms since 1970. */
export const moment = v.pipe(
  time,
  v.maxValue(
    latestEnd,
    said((field) => field.tooFar),
  ),
);

export function integer(minimum: number, maximum: number) {
  return v.pipe(
    v.number(said((field) => field.number)),
    v.integer(said((field) => field.wholeNumber)),
    v.minValue(
      minimum,
      said((field) => field.atLeast(minimum)),
    ),
    v.maxValue(
      maximum,
      said((field) => field.atMost(maximum)),
    ),
  );
}

/** The days and hours on which somebody may open a gate. {@link hasHours} checks them together. */
export const hoursEntries = {
  days: v.pipe(
    v.array(
      v.picklist(
        [1, 2, 3, 4, 5, 6, 7] as const satisfies readonly Weekday[],
        said((field) => field.weekday),
      ),
    ),
    v.minLength(
      1,
      said((field) => field.noDay),
    ),
    v.check(
      (all) => new Set(all).size === all.length,
      said((field) => field.repeatedDay),
    ),
    v.transform((all) => all.toSorted((a, b) => a - b)),
  ),
  fromMinute: integer(0, 1_439),
  toMinute: integer(0, 1_440),
};

export function hasHours<T extends { readonly fromMinute: number; readonly toMinute: number }>() {
  return v.check<T, v.ErrorMessage<v.CheckIssue<T>>>(
    ({ fromMinute, toMinute }) => fromMinute !== toMinute,
    said((field) => field.noHours),
  );
}

interface Period {
  readonly startsAt: number | null;
  readonly endsAt: number | null;
}

/** Whether the end, if any, is later than the beginning, if any. */
export function endsLater<T extends Period>() {
  return v.check<T, v.ErrorMessage<v.CheckIssue<T>>>(
    ({ startsAt, endsAt }) => startsAt === null || endsAt === null || startsAt < endsAt,
    said((field) => field.endsBeforeStart),
  );
}

/** in ms; the page's clock may give fractions */
export function duration(maximumMs: number) {
  return v.pipe(
    v.number(said((field) => field.number)),
    v.minValue(
      0,
      said((field) => field.atLeast(0)),
    ),
    v.maxValue(
      maximumMs,
      said((field) => field.atMost(maximumMs)),
    ),
    v.transform(Math.round),
  );
}

/** Distinct entries, at least one. */
export function listOf<TSchema extends v.GenericSchema<string>>(entry: TSchema, most: number) {
  return v.pipe(
    v.array(entry),
    v.minLength(
      1,
      said((field) => field.notEmpty),
    ),
    v.maxLength(
      most,
      said((field) => field.atMostEntries(most)),
    ),
    v.check(
      (all) => new Set(all).size === all.length,
      said((field) => field.repeated),
    ),
  );
}

/** In a query. */
export const wholeNumber = (maximum: number) =>
  v.pipe(
    v.string(),
    v.regex(
      /^\d{1,16}$/,
      said((field) => field.wholeNumber),
    ),
    v.transform(Number),
    v.maxValue(
      maximum,
      said((field) => field.atMost(maximum)),
    ),
  );

/** Where a page of a list with the newest first begins. */
export const position = v.pipe(
  v.string(),
  v.check(
    isHistoryPosition,
    said((field) => field.historyPosition),
  ),
);

const limit = v.exactOptional(
  v.pipe(
    wholeNumber(200),
    v.minValue(
      1,
      said((field) => field.atLeast(1)),
    ),
  ),
  "50",
);

/** Which page of a list with the newest first. */
export const pageEntries = { after: v.exactOptional(position), limit };

/** Which page of a list in the order of the ids. */
export const idPageEntries = { after: v.exactOptional(line(64)), limit };

/**
 * Which page of a list that can be searched and sorted. `parseListPosition` checks `after`, because it depends on
 * the order.
 * @param usual the order when none is asked for
 */
export function sortedPageEntries<const S extends string>(
  longestSearch: number,
  sorts: readonly S[],
  usual: NoInfer<S>,
) {
  const sort = v.picklist(
    sorts,
    said((field) => field.sort),
  );
  const after = v.pipe(
    v.string(),
    v.maxLength(
      1_000,
      said((field) => field.maximumLength(1_000)),
    ),
  );
  return {
    search: v.exactOptional(line(longestSearch)),
    sort: v.exactOptional(sort, usual),
    after: v.exactOptional(after),
    limit,
  };
}

/** Since when, and until when, something was recorded. */
export const periodEntries = {
  from: v.exactOptional(wholeNumber(8.64e15)),
  to: v.exactOptional(wholeNumber(8.64e15)),
};
