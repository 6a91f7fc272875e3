import { type EventReport, readEvent, writeEvent } from "../messages/event.ts";
import type { OutgoingMessage } from "./mqtt/outbox.ts";
import { utf8Length } from "./utf8.ts";

/** UTF-8 bytes of one value that the ESP32's NVS takes (4,000), and something to spare. */
export const maximumStoredBytes = 3_900;

/**
 * One outcome on its way to the broker: an {@link EventReport} as JSON is its payload. That text is
 * made once, and is what is sent and what is stored.
 */
export interface JournalEntry extends OutgoingMessage {
  /** of the payload, in UTF-8 */
  readonly bytes: number;
}

/**
 * Outcomes that nobody has acknowledged yet, oldest first, and their form in storage: a restart
 * loses none of them. A pulse is entered as it begins, without its length; should the power go in
 * the middle of it, that is what is left to tell.
 */
export class Journal {
  readonly #topic: string;
  readonly #entries: JournalEntry[] = [];
  /** those that storage holds */
  #stored: readonly JournalEntry[];

  /**
   * @param stored what storage holds: untrusted, and as good as nothing where it cannot be read
   * @param topic where outcomes are told
   */
  constructor(stored: string | undefined, topic: string) {
    this.#topic = topic;
    for (const report of readReports(stored)) this.add(report);
    this.#stored = [...this.#entries];
  }

  /** oldest first */
  get entries(): readonly JournalEntry[] {
    return this.#entries;
  }

  add(report: EventReport): JournalEntry {
    const payload = writeEvent(report);
    const entry: JournalEntry = {
      topic: this.#topic,
      payload,
      retain: false,
      isExpendable: report.outcome === "refused",
      bytes: utf8Length(payload),
    };
    this.#entries.push(entry);
    return entry;
  }

  /**
   * It has been delivered, or given up.
   * @returns whether it was one of the journal's
   */
  remove(message: OutgoingMessage): boolean {
    // The oldest is mostly the first to be delivered.
    const messages: readonly OutgoingMessage[] = this.#entries;
    const index = messages.indexOf(message);
    if (index >= 0) this.#entries.splice(index, 1);
    return index >= 0;
  }

  /** What storage should hold from now on; undefined where it does already. */
  takeText(): string | undefined {
    const kept = this.#fitting();
    if (haveSameMembers(kept, this.#stored)) return undefined;
    this.#stored = kept;
    return `[${kept.map(({ payload }) => payload).join(",")}]`;
  }

  /** Where there is no room for all, openings stay longer than refusals, and the newest longest. */
  #fitting(): readonly JournalEntry[] {
    // Two brackets, and a comma after each but the last.
    let bytes = 1;
    for (const entry of this.#entries) bytes += entry.bytes + 1;
    let kept = [...this.#entries];
    if (bytes <= maximumStoredBytes) return kept;
    for (const isExpendable of [true, false]) {
      kept = kept.filter((entry) => {
        if (bytes <= maximumStoredBytes || entry.isExpendable !== isExpendable) return true;
        bytes -= entry.bytes + 1;
        return false;
      });
    }
    return kept;
  }
}

/** Both are in the order in which they were entered. */
function haveSameMembers<T>(some: readonly T[], others: readonly T[]): boolean {
  return some.length === others.length && some.every((each, index) => each === others[index]);
}

function readReports(text: string | undefined): EventReport[] {
  if (text === undefined) return [];
  try {
    const values: unknown = JSON.parse(text);
    if (!Array.isArray(values)) return [];
    return values.flatMap((value) => readEvent(value) ?? []);
  } catch {
    return [];
  }
}
