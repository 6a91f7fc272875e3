import type { DisconnectReason } from "./records.ts";

/** One connection, as AWS's lifecycle events name it. */
export interface PresenceSubject {
  readonly clientId: string;
  readonly sessionIdentifier: string;
  readonly principalIdentifier: string;
  /** one more with every connection of this client id; a connection's two events carry the same */
  readonly versionNumber: number;
}

export interface PresenceMessage {
  readonly topic: string;
  readonly payload: string;
}

/** Client ids with MQTT wildcards get no lifecycle events: their topic could not be published. */
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
