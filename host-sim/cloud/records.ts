import type { PolicyAction } from "./policy.ts";

/** Why a connection ended, in the terms of AWS's lifecycle events. */
export type DisconnectReason =
  | "AUTH_ERROR"
  | "CLIENT_ERROR"
  | "CLIENT_INITIATED_DISCONNECT"
  | "CONNECTION_LOST"
  | "DUPLICATE_CLIENTID"
  | "MQTT_KEEP_ALIVE_TIMEOUT"
  | "SERVER_ERROR"
  | "SERVER_INITIATED_DISCONNECT";

/** An action or observation of the cloud, to be shown on a screen or checked in a test. */
export type CloudEvent =
  | ConnectedEvent
  | DisconnectedEvent
  | HungUpEvent
  | RefusedEvent
  | DeniedEvent
  | ViolationEvent
  | SubscribedEvent
  | PublishedEvent
  | DiscardedEvent
  | IgnoredEvent
  | WarningEvent;

/** {@link CloudEvent} with its time, in milliseconds since 1970. */
export type CloudRecord = CloudEvent & { readonly at: number };

export interface ConnectedEvent {
  readonly type: "connected";
  readonly clientId: string;
  readonly principalId: string;
  readonly thingName: string | undefined;
  readonly sessionIdentifier: string;
  readonly address: string;
  readonly clean: boolean;
  readonly sessionPresent: boolean;
  /** the effective one, not the requested one */
  readonly keepAliveSeconds: number;
}

export interface DisconnectedEvent {
  readonly type: "disconnected";
  readonly clientId: string;
  readonly sessionIdentifier: string;
  readonly reason: DisconnectReason;
}

/** A connection ended before its CONNECT was answered. */
export interface HungUpEvent {
  readonly type: "hung-up";
  readonly reason:
    | "tls"
    | "alpn"
    | "unknown-certificate"
    | "inactive-certificate"
    | "no-connect"
    | "malformed"
    | "connection-lost";
  readonly address: string;
  readonly detail: string;
}

/** A CONNECT was answered with a CONNACK other than 0, then the connection was closed. */
export interface RefusedEvent {
  readonly type: "refused";
  readonly clientId: string;
  readonly principalId: string;
  readonly reason: "protocol" | "client-id" | "throttled" | "not-authorized" | "will";
  readonly returnCode: 1 | 2 | 3 | 5;
  readonly detail: string;
}

/** The policy forbade it. For `iot:Receive`, only the delivery is omitted. */
export interface DeniedEvent {
  readonly type: "denied";
  readonly clientId: string;
  readonly principalId: string;
  readonly action: PolicyAction;
  /** an ARN */
  readonly resource: string;
}

/** The client broke a rule and was disconnected. */
export interface ViolationEvent {
  readonly type: "violation";
  readonly clientId: string;
  readonly rule: string;
}

export interface SubscribedEvent {
  readonly type: "subscribed";
  readonly clientId: string;
  readonly filters: readonly string[];
}

export interface PublishedEvent {
  readonly type: "published";
  /**
   * `client`: a PUBLISH; `will`: the last will of a disconnected client; `cloud`: the stand-in
   * itself
   */
  readonly by: "client" | "will" | "cloud";
  readonly clientId: string | undefined;
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1;
  readonly retain: boolean;
}

/** A PUBLISH over the rate: no PUBACK, no delivery. */
export interface DiscardedEvent {
  readonly type: "discarded";
  readonly clientId: string;
  readonly topic: string;
}

/** A packet AWS IoT Core does not answer: anything of QoS 2. */
export interface IgnoredEvent {
  readonly type: "ignored";
  readonly clientId: string;
  readonly packet: string;
}

export interface WarningEvent {
  readonly type: "warning";
  readonly message: string;
}
