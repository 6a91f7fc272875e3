import type { HistoryEntry, HistoryQuery } from "../api.ts";
import type { CsvField } from "../domain/csv.ts";
import type { Store } from "../store/store.ts";
import { csvHeadings, deletedPerson } from "../words/untranslated.ts";
import { isoTime, pagedCsv } from "./paged-csv.ts";
import type { TapsFirst } from "./taps-first.ts";
import { historyEntry } from "./views.ts";

/** A tap waits for one page at most. */
const pageLength = 100;

const columns: Readonly<Record<keyof typeof csvHeadings, (entry: HistoryEntry) => CsvField>> = {
  id: ({ id }) => id,
  at: ({ at }) => isoTime(at),
  gate: ({ gate }) => gate,
  gateName: ({ gateName }) => gateName,
  person: ({ person }) => person?.id ?? null,
  personName: ({ person }) => (person === null ? null : (person.name ?? deletedPerson)),
  state: ({ state }) => state,
  reason: ({ reason }) => reason,
  sentAt: ({ sentAt }) => isoTime(sentAt),
  endedAt: ({ endedAt }) => isoTime(endedAt),
  pulseMs: ({ pulseMs }) => pulseMs,
  address: ({ address }) => address,
  via: ({ via }) => via,
  guest: ({ guest }) => guest?.id ?? null,
  guestName: ({ guest }) => guest?.name ?? null,
  inviterName: ({ guest }) => (guest === null ? null : (guest.inviterName ?? deletedPerson)),
};
const headings = Object.keys(columns).map((name) => csvHeadings[name as keyof typeof columns]);
const cells = Object.values(columns);

/** Everything that the query finds, newest first. @throws StoreError before anything is sent */
export function historyCsv(
  store: Store,
  query: HistoryQuery,
  forAdministrator: boolean,
  tapsFirst: TapsFirst,
): Promise<ReadableStream<Uint8Array>> {
  const read = async (after: string | undefined) => {
    const from = after === undefined ? {} : { after };
    const { entries, next } = await store.history({ ...query, limit: pageLength, ...from });
    const records = entries.map((entry) => {
      const visible = historyEntry(entry, forAdministrator);
      return cells.map((cell) => cell(visible));
    });
    return { records, next };
  };
  return pagedCsv(headings, read, tapsFirst, query.after);
}
