import type { Instant, ResetReason } from "../hal.ts";
import type { StatusReport } from "../messages/status.ts";

/** What the hardware reports about itself when asked. */
export interface Facts {
  readonly rssi: number | undefined;
  readonly address: string | undefined;
  readonly heap: number | undefined;
  readonly certificateEndsAt: number | undefined;
}

export interface StatusOptions {
  readonly firmware: string;
  readonly resetReason: ResetReason;
  readonly facts: () => Facts;
}

/** Status changes within this time make one message. */
export const statusDelayMs = 2_000;
/** If nothing changes, the status is repeated after this time. */
export const statusHeartbeatMs = 15 * 60 * 1000;
/** A change of the signal below this, in dB, is ignored: it fluctuates. */
export const signalChangeDb = 10;

/** Counts events since the start, and decides when to send the status: on change, and regularly. */
export class Status {
  opened = 0;
  refused = 0;
  connections = 0;
  protocolErrors = 0;
  capped = 0;
  lastOpenedAt: number | null = null;
  readonly #firmware: string;
  readonly #resetReason: ResetReason;
  readonly #facts: () => Facts;
  /** undefined: no connection, and the next one begins with a status */
  #dueAt: number | undefined;
  #told: Facts | undefined;

  constructor({ firmware, resetReason, facts }: StatusOptions) {
    this.#firmware = firmware;
    this.#resetReason = resetReason;
    this.#facts = facts;
  }

  /** When the next status is due, in ticks; undefined while there is no connection. */
  get dueAt(): number | undefined {
    return this.#dueAt;
  }

  /**
   * Something changed: it is reported after {@link statusDelayMs}, with all other changes until
   * then.
   */
  changed(now: number): void {
    if (this.#dueAt !== undefined) this.#dueAt = Math.min(this.#dueAt, now + statusDelayMs);
  }

  /** Checks whether the hardware has changed: another address, a much better or worse signal. */
  look(now: number): void {
    const told = this.#told;
    if (this.#dueAt === undefined || told === undefined) return;
    const { address, rssi } = this.#facts();
    if (address !== told.address || isOtherSignal(rssi, told.rssi)) this.changed(now);
  }

  /** The connection is gone, or the box stops. */
  rest(): void {
    this.#dueAt = undefined;
  }

  /** The status to send now. The next is due within {@link statusHeartbeatMs}. */
  take(
    state: StatusReport["state"],
    now: Instant,
    others: Pick<StatusReport, "shortConnections" | "droppedEvents" | "gate" | "gates" | "update">,
  ): StatusReport {
    this.#dueAt = state === "online" ? now.ticks + statusHeartbeatMs : undefined;
    const told = this.#facts();
    this.#told = told;
    return {
      state,
      firmware: this.#firmware,
      uptimeMs: Math.round(now.ticks),
      resetReason: this.#resetReason,
      rssi: told.rssi ?? null,
      address: told.address ?? null,
      heap: told.heap ?? null,
      certificateEndsAt: told.certificateEndsAt ?? null,
      opened: this.opened,
      refused: this.refused,
      lastOpenedAt: this.lastOpenedAt,
      connections: this.connections,
      shortConnections: others.shortConnections,
      protocolErrors: this.protocolErrors,
      capped: this.capped,
      droppedEvents: others.droppedEvents,
      gate: others.gate,
      gates: others.gates,
      update: others.update,
    };
  }
}

function isOtherSignal(rssi: number | undefined, told: number | undefined): boolean {
  if (rssi === undefined || told === undefined) return rssi !== told;
  return Math.abs(rssi - told) >= signalChangeDb;
}
