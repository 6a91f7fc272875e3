/**
 * The link to the boxes: commands out, events and status in. There is one contract
 * (`gate-link.contract.ts`) for both implementations: MQTT to any broker, and AWS IoT (commands by the
 * Data Plane over HTTPS, reports by MQTT over WebSocket with the same credentials).
 */
import type { OpenCommand } from "../../device/messages/command.ts";
import type { EventReport } from "../../device/messages/event.ts";
import type { GateEvent } from "../../device/messages/gate.ts";
import type { StatusReport, WillReport } from "../../device/messages/status.ts";

/** A command and the box that it is for. */
export interface OutgoingCommand extends OpenCommand {
  readonly thingName: string;
}

export type SendResult =
  /** the broker has acknowledged it */
  | { readonly type: "sent" }
  /** it was certainly not sent, so nothing will happen at the gate */
  | { readonly type: "not-sent"; readonly detail: string }
  /** the connection was lost before the acknowledgement, so it may have been sent */
  | { readonly type: "unknown"; readonly detail: string };

export interface GateLinkListener {
  onEvent(thingName: string, report: EventReport): void;
  /** what a contact at the gate shows; absent: nobody wants to know */
  onGateEvent?(thingName: string, event: GateEvent): void;
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
   * Sets the boxes whose status is reported from now on, including the retained status. AWS IoT Core
   * delivers a retained message only to an exact filter, never through a wildcard.
   */
  watch(thingNames: readonly string[]): void;
  readonly isListening: boolean;
  /** QoS 1, never retained. Resolves within `timeoutMs`. A network error does not reject. */
  send(command: OutgoingCommand, timeoutMs: number): Promise<SendResult>;
  close(): Promise<void>;
}
