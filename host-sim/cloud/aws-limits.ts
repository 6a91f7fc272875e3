/**
 * What AWS IoT Core allows one connection, from its page of quotas. `Infinity` switches a rate or a
 * count off, which a benchmark or a test may want; nothing else should.
 */
export interface Limits {
  readonly clientIdBytes: number;
  /** per client id; excess is refused */
  readonly connectsPerSecond: number;
  /** how long a connection may stay without a CONNECT *(unverified)* */
  readonly connectTimeoutSeconds: number;
  /** a shorter keep alive, but 0, becomes this */
  readonly keepAliveMinSeconds: number;
  /** 0 or a longer keep alive becomes this */
  readonly keepAliveMaxSeconds: number;
  /** of a topic or a topic filter, UTF-8 */
  readonly topicBytes: number;
  /** in a topic or a topic filter */
  readonly topicSlashes: number;
  /** of one message; larger disconnects */
  readonly payloadBytes: number;
  /** excess is discarded: no PUBACK, no delivery */
  readonly publishesPerSecond: number;
  /** inbound; excess is delayed */
  readonly bytesPerSecond: number;
  /** QoS 1 messages on their way to a client; further ones wait for a PUBACK */
  readonly unacknowledged: number;
  readonly filtersPerSubscribe: number;
  readonly subscriptions: number;
  /** how long a persistent session outlives its connection */
  readonly sessionExpirySeconds: number;
  /** stored messages a resumed session is sent */
  readonly replaysPerSecond: number;
}

/** The quotas of AWS IoT Core as they are without an increase. */
export const awsLimits: Limits = {
  clientIdBytes: 128,
  connectsPerSecond: 1,
  connectTimeoutSeconds: 30,
  keepAliveMinSeconds: 30,
  keepAliveMaxSeconds: 1200,
  topicBytes: 256,
  topicSlashes: 7,
  payloadBytes: 128 * 1024,
  publishesPerSecond: 100,
  bytesPerSecond: 512 * 1024,
  unacknowledged: 100,
  filtersPerSubscribe: 8,
  subscriptions: 50,
  sessionExpirySeconds: 3600,
  replaysPerSecond: 10,
};

/** The keep alive that counts when a CONNECT asks for `requested` seconds. */
export function keepAliveInForce(requested: number, limits: Limits): number {
  if (requested === 0 || requested > limits.keepAliveMaxSeconds) return limits.keepAliveMaxSeconds;
  return Math.max(requested, limits.keepAliveMinSeconds);
}

/** How long a connection may be silent: one and a half keep alives [MQTT-3.1.2-24]. */
export function silenceAllowedMs(keepAliveSeconds: number): number {
  return keepAliveSeconds * 1500;
}
