import { randomBytes } from "node:crypto";
import type { MqttClient } from "mqtt";
import { serviceClientIdPrefix } from "../../device/messages/topics.ts";
import { awaitConnection } from "../broker/await-connection.ts";
import type { Broker } from "../broker/options.ts";

const connectTimeoutMs = 10_000;
/** How long the last answers may take at the end. */
const farewellMs = 2_000;

/**
 * A connection that is made again whenever it is lost.
 * @param reconnectPeriod milliseconds between two tries
 * @throws UserError when the first try fails
 */
export async function connectTo(broker: Broker, reconnectPeriod: number): Promise<MqttClient> {
  const { endpoint, port, alpn, identity } = broker;
  const { connect } = await import("mqtt");
  const client = connect({
    protocol: "mqtts",
    host: endpoint,
    port,
    ca: identity.caPem,
    cert: identity.chainPem,
    key: identity.keyPem,
    clientId: `${serviceClientIdPrefix}update-${randomBytes(6).toString("hex")}`,
    protocolVersion: 4,
    clean: true,
    keepalive: 30,
    connectTimeout: connectTimeoutMs,
    reconnectPeriod,
    ...(alpn ? { ALPNProtocols: ["x-amzn-mqtt-ca"] } : {}),
  });
  await awaitConnection(client, `${endpoint}:${port}`);
  return client;
}

/** Resolves in time also when the broker does not take what was published last. */
export async function endClient(client: MqttClient): Promise<void> {
  if (!client.connected) {
    client.end(true);
    return;
  }
  await new Promise<void>((resolve) => {
    const giveUp = setTimeout(() => {
      client.end(true);
      resolve();
    }, farewellMs);
    client.end(false, () => {
      clearTimeout(giveUp);
      resolve();
    });
  });
}
