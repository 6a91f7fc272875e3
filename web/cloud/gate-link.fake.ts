import type { EventReport } from "../../device/messages/event.ts";
import type { GateEvent } from "../../device/messages/gate.ts";
import type { StatusReport } from "../../device/messages/status.ts";
import { healthyStatus } from "../../device/messages/status.vectors.ts";
import type {
  BoxGate,
  GateLink,
  GateLinkListener,
  OutgoingCommand,
  SendResult,
} from "./gate-link.ts";

/**
 * Records what is sent, and simulates the boxes: step by step, or with an automatic answer to each
 * command.
 */
export class FakeGateLink implements GateLink {
  readonly sent: OutgoingCommand[] = [];
  watched: readonly BoxGate[] = [];
  isListening = true;
  isClosed = false;
  /** the result of the next commands */
  result: SendResult | Promise<SendResult> = { type: "sent" };
  /** called on a later turn, as with a broker */
  onCommand: ((command: OutgoingCommand) => void) | undefined;
  #listener: GateLinkListener | undefined;

  start(listener: GateLinkListener): void {
    this.#listener = listener;
    if (this.isListening) listener.onListening(true, null);
  }

  watch(gates: readonly BoxGate[]): void {
    this.watched = gates.map(({ thingName, output }) => ({ thingName, output }));
  }

  async send(command: OutgoingCommand): Promise<SendResult> {
    this.sent.push(command);
    setImmediate(() => this.onCommand?.(command));
    return this.result;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.isListening = false;
  }

  event(thingName: string, changes: Partial<EventReport>, output: string | null = null): void {
    const report = {
      id: null,
      action: "open",
      outcome: "opened",
      reason: null,
      by: null,
      at: null,
      pulseMs: changes.outcome === "refused" ? null : 500,
      ...changes,
    } as const;
    this.#listener?.onEvent(thingName, report, output);
  }

  gateEvent(thingName: string, event: GateEvent, output: string | null = null): void {
    this.#listener?.onGateEvent?.(thingName, event, output);
  }

  online(thingName: string, changes: Partial<StatusReport> = {}): void {
    this.#listener?.onStatus(thingName, { ...healthyStatus, ...changes });
  }

  /** the last will */
  offline(thingName: string): void {
    this.#listener?.onStatus(thingName, { state: "offline", firmware: "0.1.0" });
  }

  listening(isListening: boolean): void {
    this.isListening = isListening;
    this.#listener?.onListening(
      isListening,
      isListening ? null : "the broker closed the connection",
    );
  }
}
