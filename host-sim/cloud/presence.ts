import type { DisconnectReason } from "./records.ts";

/** One connection, in the terms of AWS's lifecycle events. */
export interface PresenceSubject {
  readonly clientId: string;
  readonly sessionIdentifier: string;
  readonly principalIdentifier: string;
  /**
   * incremented for every connection of this client id; a connection's two events have the same
   * value
   */
  readonly versionNumber: number;
}

export interface PresenceMessage {
  readonly topic: string;
  readonly payload: string;
}

/** Client ids with MQTT wildcards get no lifecycle events: the topic would be invalid. */
export function hasPresence(clientId: string): boolean {
  return !/[+#]/.test(clientId);
}

/** `timestamp` in milliseconds since 1970. */
export function connectedMessage(
  subject: PresenceSubject,
  timestamp: number,
  ipAddress: string,
): PresenceMessage {
  return message("connected", subject, timestamp, { ipAddress });
}

/** `timestamp` in milliseconds since 1970. */
export function disconnectedMessage(
  subject: PresenceSubject,
  timestamp: number,
  disconnectReason: DisconnectReason,
): PresenceMessage {
  const clientInitiatedDisconnect = disconnectReason === "CLIENT_INITIATED_DISCONNECT";
  return message("disconnected", subject, timestamp, {
    clientInitiatedDisconnect,
    disconnectReason,
  });
}

function message(
  eventType: "connected" | "disconnected",
  { clientId, sessionIdentifier, principalIdentifier, versionNumber }: PresenceSubject,
  timestamp: number,
  details: object,
): PresenceMessage {
  return {
    topic: `$aws/events/presence/${eventType}/${clientId}`,
    payload: JSON.stringify({
      clientId,
      timestamp,
      eventType,
      ...details,
      sessionIdentifier,
      principalIdentifier,
      versionNumber,
    }),
  };
}
