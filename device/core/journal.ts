import type { Instant } from "../hal.ts";
import { lateMs } from "../messages/delay.ts";
import { type EventReport, readEvent, writeEvent } from "../messages/event.ts";
import { type GateEvent, readGateEvent, writeGateEvent } from "../messages/gate.ts";
import { parseJson } from "../messages/json.ts";
import { isGateName } from "../messages/topics.ts";
import type { OutgoingMessage } from "./mqtt/outbox.ts";
import { utf8Length } from "./utf8.ts";

/** Maximum UTF-8 bytes of one value in the ESP32's NVS (4,000), minus a margin. */
export const maximumStoredBytes = 3_900;

/**
 * One outcome to be delivered to the broker, or an event of the gate. Its payload is an
 * {@link EventReport} or a {@link GateEvent} as JSON. The text is made once, and is both sent and stored.
 */
export interface JournalEntry extends OutgoingMessage {
  /** of the payload, in UTF-8 */
  readonly bytes: number;
}

interface Kept extends JournalEntry {
  /** the gate in its topic */
  readonly gateName: string | undefined;
  payload: string;
  bytes: number;
  /** in ticks; undefined: before a restart */
  readonly happenedAt: number | undefined;
}

/**
 * Outcomes that are not acknowledged yet, oldest first, and their form in storage. A restart loses
 * none of them. A pulse is entered when it begins, without its length; if the power fails during
 * the pulse, this entry is reported.
 */
export class Journal {
  readonly #topicOf: (gateName: string | undefined) => string;
  readonly #entries: Kept[] = [];
  /** those in storage */
  #stored: readonly Kept[];

  /**
   * @param stored from storage: untrusted; if it cannot be read, it counts as empty
   * @param topicOf the topic for what happened at a gate, or for the box's own
   */
  constructor(stored: string | undefined, topicOf: (gateName: string | undefined) => string) {
    this.#topicOf = topicOf;
    this.#restore(stored);
    this.#stored = [...this.#entries];
  }

  /** oldest first */
  get entries(): readonly JournalEntry[] {
    return this.#entries;
  }

  /**
   * @param happenedAt in ticks; undefined: before a restart
   * @param gateName the gate in its topic; undefined: none
   */
  add(report: EventReport | GateEvent, happenedAt?: number, gateName?: string): JournalEntry {
    const payload = textOf(report);
    const entry: Kept = {
      gateName,
      topic: this.#topicOf(gateName),
      payload,
      retain: false,
      isExpendable: "gate" in report || report.outcome === "refused",
      bytes: utf8Length(payload),
      happenedAt,
    };
    this.#entries.push(entry);
    return entry;
  }

  /** A connection begins: what is sent on it, and happened long before, says so. */
  noteDelays(now: Instant): void {
    for (const entry of this.#entries) {
      const report = readReport(parseJson(entry.payload));
      if (report === undefined) continue;
      const delayedMs = delayOf(report, entry.happenedAt, now);
      if (delayedMs !== null && delayedMs < lateMs) continue;
      entry.payload = textOf({ ...report, delayedMs });
      entry.bytes = utf8Length(entry.payload);
    }
  }

  /**
   * The outcome has been delivered or dropped.
   * @returns whether it was in the journal
   */
  remove(message: OutgoingMessage): boolean {
    // Usually the oldest is delivered first.
    const messages: readonly OutgoingMessage[] = this.#entries;
    const index = messages.indexOf(message);
    if (index >= 0) this.#entries.splice(index, 1);
    return index >= 0;
  }

  /** The new content of storage; undefined if it is up to date. */
  takeText(): string | undefined {
    const kept = this.#fitting();
    if (haveSameMembers(kept, this.#stored)) return undefined;
    this.#stored = kept;
    return `[${kept.map(storedForm).join(",")}]`;
  }

  /** A string is the name of the gate in the topic of what follows it. */
  #restore(stored: string | undefined): void {
    const values = stored === undefined ? undefined : parseJson(stored);
    if (!Array.isArray(values)) return;
    let gateName: string | undefined;
    for (const value of values as readonly unknown[]) {
      if (typeof value === "string") {
        gateName = value;
        continue;
      }
      const report = readReport(value);
      if (report !== undefined && (gateName === undefined || isGateName(gateName))) {
        this.add(report, undefined, gateName);
      }
      gateName = undefined;
    }
  }

  /**
   * If they do not all fit, openings are kept before everything else, and newer ones before older ones.
   */
  #fitting(): readonly Kept[] {
    // Two brackets, and a comma after each entry but the last.
    let bytes = 1;
    for (const entry of this.#entries) bytes += storedBytes(entry);
    let kept = [...this.#entries];
    if (bytes <= maximumStoredBytes) return kept;
    for (const isExpendable of [true, false]) {
      kept = kept.filter((entry) => {
        if (bytes <= maximumStoredBytes || entry.isExpendable !== isExpendable) return true;
        bytes -= storedBytes(entry);
        return false;
      });
    }
    return kept;
  }
}

/** Both are in order of entry. */
function haveSameMembers<T>(some: readonly T[], others: readonly T[]): boolean {
  return some.length === others.length && some.every((each, index) => each === others[index]);
}

const storedForm = ({ gateName, payload }: Kept) =>
  gateName === undefined ? payload : `"${gateName}",${payload}`;

/** With the comma after it. A name has no character that JSON escapes, and none beyond ASCII. */
const storedBytes = ({ gateName, bytes }: Kept) =>
  bytes + 1 + (gateName === undefined ? 0 : gateName.length + 3);

const readReport = (value: unknown) => readEvent(value) ?? readGateEvent(value);

const textOf = (report: EventReport | GateEvent) =>
  "gate" in report ? writeGateEvent(report) : writeEvent(report);

/** In ms; null: nobody knows. */
function delayOf(
  { at }: EventReport | GateEvent,
  happenedAt: number | undefined,
  { ticks, date }: Instant,
): number | null {
  if (happenedAt !== undefined) return Math.round(ticks - happenedAt);
  return at === null || date === undefined ? null : Math.max(0, Math.round(date - at));
}
