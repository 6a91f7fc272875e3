import { type EventReport, readEventReport } from "./report.ts";
import { utf8Length } from "./utf8.ts";

/** UTF-8 bytes of one value that the ESP32's NVS takes (4,000), and something to spare. */
export const maximumStoredBytes = 3_900;

/** One outcome on its way to the broker. Its text is made once, and is what is sent and what is stored. */
export interface JournalEntry {
  /** an {@link EventReport}, as JSON */
  readonly text: string;
  /** of {@link text}, in UTF-8 */
  readonly bytes: number;
  readonly outcome: EventReport["outcome"];
}

/**
 * Outcomes that nobody has acknowledged yet, oldest first, and their form in storage: a restart
 * loses none of them. A pulse is entered as it begins, without its length; should the power go in
 * the middle of it, that is what is left to tell.
 */
export class Journal {
  readonly #entries = new Set<JournalEntry>();
  /** those that storage holds */
  #stored: ReadonlySet<JournalEntry>;

  /** `stored` is what storage holds: untrusted, and as good as nothing where it cannot be read. */
  constructor(stored: string | undefined) {
    for (const report of readReports(stored)) this.#entries.add(entryOf(report));
    this.#stored = new Set(this.#entries);
  }

  /** oldest first */
  get entries(): Iterable<JournalEntry> {
    return this.#entries;
  }

  add(report: EventReport): JournalEntry {
    const entry = entryOf(report);
    this.#entries.add(entry);
    return entry;
  }

  /** It has been delivered, or given up. */
  remove(entry: JournalEntry): void {
    this.#entries.delete(entry);
  }

  /** What storage should hold from now on; undefined where it does already. */
  takeText(): string | undefined {
    const kept = this.#fitting();
    if (haveSameMembers(kept, this.#stored)) return undefined;
    this.#stored = kept;
    const texts: string[] = [];
    for (const { text } of kept) texts.push(text);
    return `[${texts.join(",")}]`;
  }

  /** Where there is no room for all, openings stay longer than refusals, and the newest longest. */
  #fitting(): Set<JournalEntry> {
    const kept = new Set(this.#entries);
    // Two brackets, and a comma after each but the last.
    let bytes = 1;
    for (const entry of kept) bytes += entry.bytes + 1;
    for (const outcome of ["refused", "opened"] as const) {
      if (bytes <= maximumStoredBytes) return kept;
      for (const entry of this.#entries) {
        if (entry.outcome !== outcome) continue;
        kept.delete(entry);
        bytes -= entry.bytes + 1;
        if (bytes <= maximumStoredBytes) return kept;
      }
    }
    return kept;
  }
}

function entryOf(report: EventReport): JournalEntry {
  const text = JSON.stringify(report);
  return { text, bytes: utf8Length(text), outcome: report.outcome };
}

function haveSameMembers<T>(some: ReadonlySet<T>, others: ReadonlySet<T>): boolean {
  if (some.size !== others.size) return false;
  for (const each of some) if (!others.has(each)) return false;
  return true;
}

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
