import { Connection } from "../../device/core/connection.ts";

/** How one box reconnects to a broker that went down at 0. All times in ms since then. */
export interface StormBox {
  /** The connection ended, or failed. @returns when to call {@link StormBox.wake} */
  lost(nowMs: number): number;
  /** @returns `connect`, or when to call it again */
  wake(nowMs: number): "connect" | number;
  /** CONNACK and SUBACK have arrived. */
  online(nowMs: number): void;
}

/** `random` is uniform in [0, 1). */
export type MakeStormBox = (random: () => number) => StormBox;

/** The default setting and the box's constants. */
const backoff = { minimumMs: 1_000, maximumMs: 120_000 };
const heldMs = 30_000;
const longBefore = -10 * 60 * 1000;

/** The firmware's own connection, which was up for ten minutes when the broker went down. */
export const makeOurStormBox: MakeStormBox = (random) => {
  const connection = new Connection({ networks: [], backoff, heldMs }, random);
  connection.start(longBefore);
  connection.networkUp(longBefore);
  connection.timeSet(longBefore);
  connection.socketOpen();
  connection.sessionReady(longBefore);
  const deadline = () => {
    if (connection.deadline === undefined) throw new Error(`no deadline in ${connection.state}`);
    return Math.ceil(connection.deadline);
  };
  return {
    lost: (nowMs) => {
      connection.lost(nowMs, "closed");
      return deadline();
    },
    wake: (nowMs) => {
      const opens = connection.handleTimeout(nowMs).some(({ type }) => type === "open-socket");
      return opens ? "connect" : deadline();
    },
    online: (nowMs) => {
      connection.socketOpen();
      connection.sessionReady(nowMs);
    },
  };
};

/** MQTT.js's default `reconnectPeriod`. */
const reconnectPeriodMs = 1_000;

/**
 * MQTT.js 5's default: `connect()` 1 s after each `close`. A CONNACK that refuses would stop it for
 * good, because `reconnectOnConnackError` is off.
 */
export const makeMqttJsStormBox: MakeStormBox = () => ({
  lost: (nowMs) => nowMs + reconnectPeriodMs,
  wake: () => "connect",
  online: () => {},
});
