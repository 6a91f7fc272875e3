import type { MqttClient } from "mqtt";
import { printable } from "../../host-sim/printable.ts";

export interface ConnectionOptions {
  readonly endpoint: string;
  readonly port: number;
  /** offered as `x-amzn-mqtt-ca`, as AWS IoT Core asks for on port 443 */
  readonly alpn: boolean;
  readonly clientId: string;
  /** PEM, all of them */
  readonly identity: {
    readonly caPem: string;
    readonly certificatePem: string;
    readonly keyPem: string;
  };
}

/** One connection by mutual TLS, with a clean session; lost, it is not made again. */
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

/** Why a connection did not hold, in words; a server's certificate may have put some of them there. */
export function connectionProblem(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(connectionProblem).join(", ");
  return printable(error instanceof Error ? error.message || error.name : String(error));
}
