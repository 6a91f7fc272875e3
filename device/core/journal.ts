import { type EventReport, readEventReport } from "./report.ts";

/** UTF-8 bytes of one value that the ESP32's NVS takes (4,000), and something to spare. */
export const maximumStoredBytes = 3_900;

/** One outcome on its way to the broker. */
interface Entry {
  report: EventReport;
}

/**
 * Outcomes that nobody has acknowledged yet, oldest first, and their form in storage: a restart
 * loses none of them. A pulse is entered as it begins, without its length; should the power go in
 * the middle of it, that is what is left to tell.
 */
export class Journal {
  readonly #entries = new Set<Entry>();
  #storedText: string;

  /** `stored` is what storage holds: untrusted, and as good as nothing where it cannot be read. */
  constructor(stored: string | undefined) {
    this.#storedText = stored ?? emptyText;
    for (const report of readReports(stored)) this.#entries.add({ report });
  }

  /** oldest first */
  get entries(): readonly Entry[] {
    return [...this.#entries];
  }

  add(report: EventReport): Entry {
    const entry = { report };
    this.#entries.add(entry);
    return entry;
  }

  /** It has been delivered, or given up. */
  remove(entry: Entry): void {
    this.#entries.delete(entry);
  }

  /** What storage should hold from now on; undefined where it does already. */
  takeText(): string | undefined {
    const text = this.#text();
    if (text === this.#storedText) return undefined;
    this.#storedText = text;
    return text;
  }

  /** Where there is no room for all, openings stay longer than refusals, and the newest longest. */
  #text(): string {
    const reports = this.entries.map(({ report }) => report);
    for (;;) {
      const text = JSON.stringify(reports);
      if (utf8Length(text) <= maximumStoredBytes) return text;
      const refused = reports.findIndex(({ outcome }) => outcome === "refused");
      reports.splice(Math.max(0, refused), 1);
    }
  }
}

export type { Entry as JournalEntry };

const emptyText = "[]";

function readReports(text: string | undefined): EventReport[] {
  if (text === undefined) return [];
  try {
    const values: unknown = JSON.parse(text);
    if (!Array.isArray(values)) return [];
    return values.flatMap((value) => readEventReport(value) ?? []);
  } catch {
    return [];
  }
}

function utf8Length(text: string): number {
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // Each half of a pair counts for three: more than it takes, never less.
    length += unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3;
  }
  return length;
}
