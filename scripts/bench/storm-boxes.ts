import { Connection } from "../../device/core/connection.ts";

/** How one box comes back to a broker that went away at 0. All times in ms since then. */
export interface StormBox {
  /** The connection ended, or could not be made. @returns when to {@link StormBox.wake} it */
  lost(nowMs: number): number;
  /** @returns `connect`, or when to wake it instead */
  wake(nowMs: number): "connect" | number;
  /** CONNACK and SUBACK are here. */
  online(nowMs: number): void;
}

/** `random` is uniform in [0, 1). */
export type MakeStormBox = (random: () => number) => StormBox;

/** The settings' default and the box's own constants. */
const backoff = { minimumMs: 1_000, maximumMs: 120_000 };
const heldMs = 30_000;
const longBefore = -10 * 60 * 1000;

/** The firmware's own connection, up for ten minutes when the broker goes. */
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

/** MQTT.js's `reconnectPeriod`, by default. */
const reconnectPeriodMs = 1_000;

/**
 * What MQTT.js 5 does by default: `connect()` again 1 s after each `close`. Only when it is hung up
 * on: a CONNACK that refuses stops it for good, as `reconnectOnConnackError` is off.
 */
export const makeMqttJsStormBox: MakeStormBox = () => ({
  lost: (nowMs) => nowMs + reconnectPeriodMs,
  wake: () => "connect",
  online: () => {},
});
