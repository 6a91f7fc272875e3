/**
 * A record as one line of JSON. `at` is ms since the start. An event's own `at`, which is calendar
 * time (ms since 1970, or null), is called `date` here. `at` and `type` come first, because people
 * read these lines too.
 */
export function toLine(
  record: { readonly type: string; readonly at?: unknown },
  at: number,
): Readonly<Record<string, unknown>> {
  const hasDate = record.type === "event" || record.type === "gate-event";
  const { type, ...rest } = hasDate ? { ...record, date: record.at } : record;
  return Object.assign({ at, type }, rest, { at });
}
