/** The formats that the page of a gate does not need, so that a phone does not load them there. */
import type { Weekday } from "../../api.ts";
import { locale } from "./format.ts";

const exact = new Intl.DateTimeFormat(locale, {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

/** "3 Nov, 14:02:31" */
export function exactly(at: number): string {
  return exact.format(at);
}

const dayOnly = { day: "numeric", month: "short", year: "numeric" } as const;
const dayAlone = new Intl.DateTimeFormat(locale, dayOnly);
const utcDay = new Intl.DateTimeFormat(locale, { ...dayOnly, timeZone: "UTC" });

/** "3 Nov 2025" */
export function day(at: number): string {
  return dayAlone.format(at);
}

/** "2025-11-03" → "3 Nov 2025" */
export function date(iso: string): string {
  return utcDay.format(Date.parse(iso));
}

const utcTime = new Intl.DateTimeFormat(locale, {
  hour: "2-digit",
  minute: "2-digit",
  timeZone: "UTC",
});

/** Minutes after midnight: 390 → "06:30", 1440 → "00:00" */
export function timeOfDay(minute: number): string {
  return utcTime.format(minute * 60_000);
}

const weekdayNames = new Intl.DateTimeFormat(locale, { weekday: "short", timeZone: "UTC" });

/** 1 → "Mon" */
export function weekday(day: Weekday): string {
  // 4 January 1970 was a Sunday.
  return weekdayNames.format(Date.UTC(1970, 0, 4 + day));
}

const units = new Intl.ListFormat(locale, { type: "unit", style: "short" });

/** ["Mon–Fri", "Sun"] → "Mon–Fri, Sun" */
export function list(entries: readonly string[]): string {
  return units.format(entries);
}

function amount(value: number, unit: "day" | "hour" | "minute" | "second"): string {
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short" }).format(value);
}

/** In its two largest units: "3 days, 4 hrs", "4 hrs, 5 mins", "5 mins", "12 secs" */
export function span(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (days > 0) return list([amount(days, "day"), amount(hours % 24, "hour")]);
  if (hours > 0) return list([amount(hours, "hour"), amount(minutes % 60, "minute")]);
  if (minutes > 0) return amount(minutes, "minute");
  return amount(Math.floor(ms / 1000), "second");
}

/** "Access: 3, Programs: 1" @param labels in the order in which they are shown */
export function countsOf<K extends string>(
  counts: Readonly<Record<K, number>>,
  labels: Readonly<Record<K, string>>,
): string {
  const shown: string[] = [];
  for (const name in labels) shown.push(`${labels[name]}: ${counts[name]}`);
  return shown.join(", ");
}
