/** Local time in any IANA time zone, based on the time zone data of Node. */
import type { Weekday } from "../api.ts";

export interface WallClock {
  /** days since 1 January 1970 on the clock's calendar */
  readonly day: number;
  readonly weekday: Weekday;
  /** minutes after midnight on the clock: 0–1439 */
  readonly minute: number;
}

const dayMs = 86_400_000;
const minuteMs = 60_000;

/** A cache, because creating a format is slow. It has at most one entry for each gate's time zone. */
const formats = new Map<string, Intl.DateTimeFormat>();

/**
 * The zone's offset from UTC at that moment, in ms.
 * @throws RangeError for a zone that `isTimeZone` refuses
 */
export function offsetAt(timeZone: string, at: number): number {
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  const shown = Date.UTC(
    part("year"),
    part("month") - 1,
    part("day"),
    part("hour"),
    part("minute"),
    part("second"),
  );
  return shown - Math.floor(at / 1000) * 1000;
}

export function wallClock(at: number, offsetMs: number): WallClock {
  const shown = at + offsetMs;
  const day = Math.floor(shown / dayMs);
  // 1 January 1970 was a Thursday.
  return {
    day,
    weekday: (((((day + 3) % 7) + 7) % 7) + 1) as Weekday,
    minute: Math.floor((shown - day * dayMs) / minuteMs),
  };
}

/** A period in which the zone's clock is not changed. */
export interface SteadyTime {
  readonly from: number;
  /** exclusive */
  readonly to: number;
  readonly offsetMs: number;
}

/** No zone changes twice within this, in ms. */
const strideMs = dayMs / 2;

/** Divides `from` to `to` (exclusive) into steady times of at most half a day, in order. */
export function* steadyTimes(timeZone: string, from: number, to: number): Generator<SteadyTime> {
  let offsetMs = offsetAt(timeZone, from);
  for (let at = from; at < to; ) {
    const next = Math.min(at + strideMs, to);
    const nextOffsetMs = offsetAt(timeZone, next);
    if (nextOffsetMs === offsetMs) {
      yield { from: at, to: next, offsetMs };
    } else {
      const change = firstWithout(timeZone, at, next, offsetMs);
      yield { from: at, to: change, offsetMs };
      if (change < next) yield { from: change, to: next, offsetMs: nextOffsetMs };
    }
    at = next;
    offsetMs = nextOffsetMs;
  }
}

/** The first ms after `before` with another offset. */
function firstWithout(timeZone: string, before: number, after: number, offsetMs: number): number {
  let [low, high] = [before, after];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(timeZone, middle) === offsetMs) low = middle;
    else high = middle;
  }
  return high;
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      calendar: "gregory",
      numberingSystem: "latn",
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formats.set(timeZone, format);
  }
  return format;
}
