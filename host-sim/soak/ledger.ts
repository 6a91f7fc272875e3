import type { EventReport } from "../../device/messages/event.ts";
import { eventKey } from "../scenarios/event-key.ts";

/** One command that was sent, and its result. */
interface Account {
  readonly sentAt: number;
  /** whether it may move the pin */
  readonly isGood: boolean;
  rises: number;
  /** each different report once: QoS 1 may repeat one */
  readonly reports: Set<string>;
  opened: number;
}

/** How many commands had which result. */
export interface Totals {
  sent: number;
  opened: number;
  refused: number;
  /** sent within a second of a fault, and never received by the box */
  lostOnTheWay: number;
}

/** How long a command may be in transit when the connection breaks, in ms. */
const underWayMs = 1_000;
/** After this time, nothing more is expected of a command, in ms. */
const settledAfterMs = 2 * 3_600_000;

/**
 * Matches every command with its edges and events: no edge without a command, and exactly one event
 * per command.
 */
export class Ledger {
  readonly totals: Totals = { sent: 0, opened: 0, refused: 0, lostOnTheWay: 0 };
  readonly #accounts = new Map<string, Account>();
  readonly #onProblem: (problem: string) => void;
  #disturbances: number[] = [];
  /** valid commands that may not have arrived yet */
  #underWay: { readonly id: string; readonly account: Account }[] = [];

  constructor(onProblem: (problem: string) => void) {
    this.#onProblem = onProblem;
  }

  /** A command was sent to a subscribed box. */
  sent(id: string, isGood: boolean, now: number): void {
    this.totals.sent += 1;
    const account = { sentAt: now, isGood, rises: 0, reports: new Set<string>(), opened: 0 };
    this.#accounts.set(id, account);
    if (!isGood) return;
    this.#underWay = this.#underWay.filter((other) => now - other.account.sentAt <= underWayMs);
    this.#underWay.push({ id, account });
  }

  /** A fault occurred now: messages in transit may be lost. */
  disturbed(now: number): void {
    this.#disturbances.push(now);
  }

  /** `latencyMs` is how long a command takes to the box. */
  rose(now: number, latencyMs: number): void {
    // Two commands at one moment reach the box in order: the first one opens.
    const asked = this.#underWay.find(
      ({ account }) => Math.abs(account.sentAt + latencyMs - now) <= 1,
    );
    if (asked === undefined) {
      this.#onProblem(`an edge at ${now} without a command`);
      return;
    }
    asked.account.rises += 1;
    if (asked.account.rises > 1) this.#onProblem(`${asked.id} raised the pin twice`);
  }

  reported(report: EventReport): void {
    const account = report.id === null ? undefined : this.#accounts.get(report.id);
    if (account === undefined) {
      this.#onProblem(`an event of a command that was never sent: ${JSON.stringify(report)}`);
      return;
    }
    const key = eventKey(report);
    if (account.reports.has(key)) return;
    account.reports.add(key);
    if (report.outcome === "opened") account.opened += 1;
  }

  /** Closes commands that are old enough; with `isEnd`, all. */
  settle(now: number, isEnd = false): void {
    for (const [id, account] of this.#accounts) {
      if (!isEnd && now - account.sentAt < settledAfterMs) break;
      this.#accounts.delete(id);
      this.#close(id, account);
    }
    this.#disturbances = this.#disturbances.filter((at) => now - at < 2 * settledAfterMs);
  }

  #close(id: string, { sentAt, rises, reports, opened }: Account): void {
    const isLost =
      reports.size === 0 &&
      rises === 0 &&
      this.#disturbances.some((at) => at >= sentAt && at - sentAt <= underWayMs);
    if (isLost) this.totals.lostOnTheWay += 1;
    else if (reports.size !== 1) this.#onProblem(`${id} has ${reports.size} events`);
    else if (opened !== rises)
      this.#onProblem(`${id}: ${rises} edges, ${opened} events of opening`);
    else if (opened === 1) this.totals.opened += 1;
    else this.totals.refused += 1;
  }
}
