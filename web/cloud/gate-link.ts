/**
 * The link to the boxes: commands out, events and status in. There is one contract
 * (`gate-link.contract.ts`) for both implementations: MQTT to any broker, and AWS IoT (commands by the
 * Data Plane over HTTPS, reports by MQTT over WebSocket with the same credentials).
 */
import type { OpenCommand } from "../../device/messages/command.ts";
import type { EventReport } from "../../device/messages/event.ts";
import type { GateEvent } from "../../device/messages/gate.ts";
import type { StatusReport, WillReport } from "../../device/messages/status.ts";

/** A gate at a box. */
export interface BoxGate {
  readonly thingName: string;
  /** the gate's name in the settings of its box; null: the box's plain topics */
  readonly output: string | null;
}

/** A command and the gate that it is for. */
export interface OutgoingCommand extends OpenCommand {
  readonly thingName: string;
  /** as in {@link BoxGate}; absent: null */
  readonly output?: string | null;
}

export type SendResult =
  /** the broker has acknowledged it */
  | { readonly type: "sent" }
  /** it was certainly not sent, so nothing will happen at the gate */
  | { readonly type: "not-sent"; readonly detail: string }
  /** the connection was lost before the acknowledgement, so it may have been sent */
  | { readonly type: "unknown"; readonly detail: string };

export interface GateLinkListener {
  /** @param output the gate's name in the topic; null: there was none */
  onEvent(thingName: string, report: EventReport, output: string | null): void;
  /** what a contact at the gate shows; absent: nobody wants to know */
  onGateEvent?(thingName: string, event: GateEvent, output: string | null): void;
  /** also for the last will, as `offline`, and for the retained status when the link connects */
  onStatus(thingName: string, report: StatusReport | WillReport): void;
  /**
   * whether reports arrive now; while they do not, commands are refused as `not-sent`, because
   * nobody would learn the outcome
   */
  onListening(isListening: boolean, detail: string | null): void;
}

export interface GateLink {
  /** Starts to listen. Reconnects by itself, with backoff and jitter. */
  start(listener: GateLinkListener): void;
  /**
   * Sets the gates whose boxes' status is reported from now on, including the retained status. AWS IoT
   * Core delivers a retained message only to an exact filter, never through a wildcard. The events of
   * gates with a name of their own are reported only when one of these has one, because the policy of an
   * older installation does not allow it. Then commands to such gates are `not-sent`.
   */
  watch(gates: readonly BoxGate[]): void;
  readonly isListening: boolean;
  /** QoS 1, never retained. Resolves within `timeoutMs`. A network error does not reject. */
  send(command: OutgoingCommand, timeoutMs: number): Promise<SendResult>;
  close(): Promise<void>;
}
