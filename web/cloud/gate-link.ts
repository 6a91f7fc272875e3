/**
 * The way to the boxes and back: commands out, events and status in. One contract
 * (`gate-link.contract.ts`) for every implementation: MQTT to any broker, and AWS IoT (commands by the
 * Data Plane over HTTPS, reports by MQTT over WebSocket with the same credentials).
 */
import type { OpenCommand } from "../../device/messages/command.ts";
import type { EventReport } from "../../device/messages/event.ts";
import type { StatusReport, WillReport } from "../../device/messages/status.ts";

/** A command, and the box it is for. */
export interface OutgoingCommand extends OpenCommand {
  readonly thingName: string;
}

export type SendResult =
  /** the broker has acknowledged it */
  | { readonly type: "sent" }
  /** it was certainly not sent: nothing will happen at the gate */
  | { readonly type: "not-sent"; readonly detail: string }
  /** the connection broke before the acknowledgement: it may have been sent */
  | { readonly type: "unknown"; readonly detail: string };

export interface GateLinkListener {
  onEvent(thingName: string, report: EventReport): void;
  /** also the will, as `offline`, and what was retained when the link came up */
  onStatus(thingName: string, report: StatusReport | WillReport): void;
  /** whether reports are heard now; commands are refused as not-sent while they are not, as nobody would learn the outcome */
  onListening(isListening: boolean, detail: string | null): void;
}

export interface GateLink {
  /** Begins to listen; comes back by itself, with back-off and jitter. */
  start(listener: GateLinkListener): void;
  /**
   * The boxes whose status is wanted from now on, what is retained of it included: AWS IoT Core
   * delivers a retained message to an exact filter alone, never through a wildcard.
   */
  watch(thingNames: readonly string[]): void;
  readonly isListening: boolean;
  /** QoS 1, never retained. Resolves within `timeoutMs`; never rejects for the network's sake. */
  send(command: OutgoingCommand, timeoutMs: number): Promise<SendResult>;
  close(): Promise<void>;
}
