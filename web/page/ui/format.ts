/** Formats moments in the language of the page, as the reader's region writes them. */
import { words } from "../../words/page.ts";

/** Dates differ between regions of a language: en-US and en-GB, de-DE and de-AT. */
export const locale =
  navigator.languages.find((tag) => tag.startsWith(`${words.language}-`) && isLocale(tag)) ??
  words.locale;

/** In some browsers, people can enter any text as a language. */
function isLocale(tag: string): boolean {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(tag).length > 0;
  } catch {
    return false;
  }
}

const dayAndTime = new Intl.DateTimeFormat(locale, {
  weekday: "short",
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});
const withYear = new Intl.DateTimeFormat(locale, {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
});
const timeOnly = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });

/** Without the parts that are the same today: "14:02", "Tue 3 Nov, 14:02", "3 Nov 2025, 14:02" */
export function when(at: number): string {
  const date = new Date(at);
  const today = new Date();
  if (date.toDateString() === today.toDateString()) return timeOnly.format(date);
  return (date.getFullYear() === today.getFullYear() ? dayAndTime : withYear).format(date);
}
