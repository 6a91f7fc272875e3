import type { HistoryEntry, HistoryQuery } from "../api.ts";
import { type CsvField, csvRecord } from "../domain/csv.ts";
import type { Store } from "../store/store.ts";
import { type ServiceWords, words } from "../words/service.ts";
import type { TapsFirst } from "./taps-first.ts";
import { historyEntry } from "./views.ts";

/** A tap waits for one page at most. */
const pageLength = 100;

const columns: Readonly<
  Record<keyof ServiceWords["csvHeadings"], (entry: HistoryEntry) => CsvField>
> = {
  id: ({ id }) => id,
  at: ({ at }) => isoTime(at),
  gate: ({ gate }) => gate,
  gateName: ({ gateName }) => gateName,
  person: ({ person }) => person?.id ?? null,
  personName: ({ person }) => (person === null ? null : (person.name ?? words.deletedPerson)),
  state: ({ state }) => state,
  reason: ({ reason }) => reason,
  sentAt: ({ sentAt }) => isoTime(sentAt),
  endedAt: ({ endedAt }) => isoTime(endedAt),
  pulseMs: ({ pulseMs }) => pulseMs,
  address: ({ address }) => address,
  via: ({ via }) => via,
  guest: ({ guest }) => guest?.id ?? null,
  guestName: ({ guest }) => guest?.name ?? null,
  inviterName: ({ guest }) => (guest === null ? null : (guest.inviterName ?? words.deletedPerson)),
};
const headings = Object.keys(columns).map(
  (name) => words.csvHeadings[name as keyof typeof columns],
);
const cells = Object.values(columns);

/**
 * Everything that the query finds, newest first. It is read page by page, as fast as the client takes
 * it. If the database fails in the middle, the stream breaks, so that the file is never taken for
 * complete.
 * @throws StoreError before anything is sent
 */
export async function historyCsv(
  store: Store,
  query: HistoryQuery,
  forAdministrator: boolean,
  tapsFirst: TapsFirst,
): Promise<ReadableStream<Uint8Array>> {
  const encoder = new TextEncoder();
  const read = (after: string | undefined) =>
    store.history({ ...query, limit: pageLength, ...(after === undefined ? {} : { after }) });
  let page = await read(query.after);
  // Without a byte order mark, Excel reads UTF-8 as the code page of the computer.
  let head: string | undefined = `\ufeff${csvRecord(headings)}`;
  return new ReadableStream({
    async pull(controller) {
      const lines = page.entries.map((entry) => {
        const visible = historyEntry(entry, forAdministrator);
        return csvRecord(cells.map((cell) => cell(visible)));
      });
      controller.enqueue(encoder.encode(`${head ?? ""}${lines.join("")}`));
      head = undefined;
      if (page.next === null) controller.close();
      else {
        await tapsFirst.turn();
        page = await read(page.next);
      }
    },
  });
}

/** ISO 8601, UTC */
function isoTime(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
