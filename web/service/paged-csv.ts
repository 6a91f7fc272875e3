import { type CsvField, csvRecord } from "../domain/csv.ts";
import type { TapsFirst } from "./taps-first.ts";

interface CsvPage {
  readonly records: readonly (readonly CsvField[])[];
  /** null: it is the last one */
  readonly next: string | null;
}

/**
 * A CSV file that is read page by page, as fast as the client takes it. If the database fails in the middle,
 * the stream breaks, so that the file is never taken for complete.
 * @throws StoreError before anything is sent
 */
export async function pagedCsv(
  headings: readonly string[],
  read: (after: string | undefined) => Promise<CsvPage>,
  tapsFirst: TapsFirst,
  first?: string,
): Promise<ReadableStream<Uint8Array>> {
  const encoder = new TextEncoder();
  let page = await read(first);
  // Without a byte order mark, Excel reads UTF-8 as the code page of the computer.
  let head: string | undefined = `\ufeff${csvRecord(headings)}`;
  return new ReadableStream({
    async pull(controller) {
      const lines = page.records.map(csvRecord);
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
export function isoTime(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

/** Headers of a response that is saved as a file. */
export function csvHeaders(file: string): Record<string, string> {
  return {
    "Content-Type": "text/csv; charset=utf-8; header=present",
    "Content-Disposition": `attachment; filename="${file}"`,
  };
}
