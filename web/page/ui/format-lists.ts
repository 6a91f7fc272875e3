/** Formats that only lists need: days, exact moments and durations. */
import { words } from "../../words/page.ts";

const { locale } = words;
const exact = new Intl.DateTimeFormat(locale, {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

const dayAlone = new Intl.DateTimeFormat(locale, {
  day: "numeric",
  month: "short",
  year: "numeric",
});

/** "3 Nov 2025" */
export function day(at: number): string {
  return dayAlone.format(at);
}

export function exactly(at: number): string {
  return exact.format(at);
}

/** "3 d 4 h", "4 h 5 min", "5 min", "12 s" */
export function span(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (days > 0) return words.span.days(days, hours % 24);
  if (hours > 0) return words.span.hours(hours, minutes % 60);
  if (minutes > 0) return words.span.minutes(minutes);
  return words.span.seconds(Math.floor(ms / 1000));
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
