/** What may stand in the fields that people fill in. */
import * as v from "valibot";
import { isThingName } from "../../device/messages/topics.ts";

/** No control characters: names are shown on pages, in logs, on terminals. */
export function line(maximumLength: number) {
  return v.pipe(
    v.string("must be text"),
    v.trim(),
    v.minLength(1, "must not be empty"),
    v.maxLength(maximumLength, `must be at most ${maximumLength} characters long`),
    v.regex(/^\P{C}*$/u, "must be one line without control characters"),
  );
}

export const email = v.pipe(
  v.string("must be text"),
  v.trim(),
  v.toLowerCase(),
  v.maxLength(254, "must be at most 254 characters long"),
  v.regex(/^[^@\s\p{C}]+@[^@\s\p{C}]+$/u, "must be an e-mail address"),
);

/** As browsers make them. */
export const uuid = v.pipe(
  v.string("must be text"),
  v.regex(
    /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
    "must be a UUID in lower case",
  ),
);

export const gateId = v.pipe(
  v.string("must be text"),
  v.regex(/^[a-z0-9-]{1,32}$/, "must be 1–32 of a-z, 0-9 and -"),
);

/** As boxes and topics have it. */
export const thingName = v.pipe(
  v.string("must be text"),
  v.check(isThingName, "must be 1–64 of a-z, A-Z, 0-9, _, : and -"),
);

export const timeZone = v.pipe(
  v.string("must be text"),
  v.check(isTimeZone, "must be an IANA time zone such as Europe/Berlin"),
);

/** ms since 1970 */
export const time = v.pipe(
  v.number("must be a number"),
  v.safeInteger("must be a whole number"),
  v.minValue(0, "must be a time in ms since 1970"),
  v.maxValue(8.64e15, "must be a time in ms since 1970"),
);

function isTimeZone(name: string): boolean {
  // An offset is none of the zones that know of summer time.
  if (!/^[A-Za-z][\w+/-]*$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
