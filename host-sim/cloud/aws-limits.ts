/**
 * AWS IoT Core's limits per connection, from its page of quotas. `Infinity` disables a rate or a
 * count, for benchmarks and tests only.
 */
export interface Limits {
  readonly clientIdBytes: number;
  /** per client id; excess is refused */
  readonly connectsPerSecond: number;
  /** how long a connection may stay without a CONNECT *(unverified)* */
  readonly connectTimeoutSeconds: number;
  /** a shorter keep alive, except 0, becomes this */
  readonly keepAliveMinSeconds: number;
  /** 0 or a longer keep alive becomes this */
  readonly keepAliveMaxSeconds: number;
  /** of a topic or a topic filter, UTF-8 */
  readonly topicBytes: number;
  /** in a topic or a topic filter */
  readonly topicSlashes: number;
  /** of one message; a larger one disconnects the client */
  readonly payloadBytes: number;
  /** excess is discarded: no PUBACK, no delivery */
  readonly publishesPerSecond: number;
  /** inbound; excess is delayed */
  readonly bytesPerSecond: number;
  /** QoS 1 messages in flight to a client; further ones wait for a PUBACK */
  readonly unacknowledged: number;
  readonly filtersPerSubscribe: number;
  readonly subscriptions: number;
  /** how long a persistent session is kept after its connection */
  readonly sessionExpirySeconds: number;
  /** rate at which a resumed session receives stored messages */
  readonly replaysPerSecond: number;
}

/** AWS IoT Core's default quotas. */
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

/** The effective keep alive when a CONNECT requests `requested` seconds. */
export function keepAliveInForce(requested: number, limits: Limits): number {
  if (requested === 0 || requested > limits.keepAliveMaxSeconds) return limits.keepAliveMaxSeconds;
  return Math.max(requested, limits.keepAliveMinSeconds);
}

/** How long a connection may be silent: one and a half keep alives [MQTT-3.1.2-24]. */
export function silenceAllowedMs(keepAliveSeconds: number): number {
  return keepAliveSeconds * 1500;
}
