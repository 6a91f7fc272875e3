import type { MqttClient } from "mqtt";
import { printable } from "../../host-sim/printable.ts";

export interface ConnectionOptions {
  readonly endpoint: string;
  readonly port: number;
  /** whether to offer `x-amzn-mqtt-ca`, which AWS IoT Core requires on port 443 */
  readonly alpn: boolean;
  readonly clientId: string;
  /** all PEM */
  readonly identity: {
    readonly caPem: string;
    readonly certificatePem: string;
    readonly keyPem: string;
  };
}

/** One connection with mutual TLS and a clean session. It does not reconnect. */
export async function openConnection(options: ConnectionOptions): Promise<MqttClient> {
  const { endpoint, port, alpn, clientId, identity } = options;
  const { connect } = await import("mqtt");
  return connect({
    protocol: "mqtts",
    host: endpoint,
    port,
    ca: identity.caPem,
    cert: identity.certificatePem,
    key: identity.keyPem,
    clientId,
    protocolVersion: 4,
    clean: true,
    reconnectPeriod: 0,
    connectTimeout: 10_000,
    ...(alpn ? { ALPNProtocols: ["x-amzn-mqtt-ca"] } : {}),
  });
}

/** Why a connection failed. The text may include data from the server's certificate. */
export function connectionProblem(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(connectionProblem).join(", ");
  return printable(error instanceof Error ? error.message || error.name : String(error));
}
