import { type Case, minuteMs } from "../case.ts";
import { healthy, type Manners } from "../script.ts";
import { type Transcript, uncertaintyMs } from "../transcript.ts";
import { fail, inWords, pass } from "../verdict.ts";
import { instead } from "./mqtt.ts";

/** AWS delays replies by up to 15 s. */
const lateMs = 14_000;
const late: Manners = {
  ...healthy,
  connack: lateMs,
  suback: lateMs,
  puback: lateMs,
  pingresp: lateMs,
};

/** AWS: 30 to 120 minutes. */
const awayMs = 30 * minuteMs;
/** The longest pause of a client's back-off, plus its handshake. */
const backWithinMs = 5 * minuteMs;
const atWorkMs = 3 * minuteMs;

export const longDuration: Case = {
  type: "played",
  name: "long-duration",
  title: "MQTT Long Duration",
  isQualifying: false,
  script: {
    certificate: "good",
    connections: [
      { ...late, steps: [{ type: "wait", ms: atWorkMs }, { type: "drop" }] },
      {
        ...healthy,
        steps: [
          { type: "wait", ms: atWorkMs },
          { type: "vanish", ms: awayMs },
        ],
      },
      healthy,
    ],
  },
  timeoutMs: awayMs + 30 * minuteMs,
  isOver: (seen) =>
    isAtWork(seen, 3) || seen.connections > 8 || seen.first("malformed") !== undefined,
  judge(seen) {
    if (!isAtWork(seen, 1)) {
      const closed = seen.first("closed", 1);
      if (closed?.by === "client") {
        return fail(
          `it disconnected after ${inWords(closed.at - (seen.first("opened", 1)?.at ?? 0))} of replies that were 14 s late`,
        );
      }
      return instead(seen, "it did not subscribe or publish while replies were 14 s late");
    }
    const early = seen
      .all("closed")
      .find(({ by, connection }) => by === "client" && connection < 3);
    if (early !== undefined) {
      return fail(
        early.connection === 1
          ? "it disconnected because replies were 14 s late"
          : "it closed a healthy connection",
      );
    }
    if (!isAtWork(seen, 2)) return fail("it did not reconnect and subscribe again after a drop");
    if (!isAtWork(seen, 3)) return fail("it did not reconnect after 30 min without a server");
    const vanishedAt = seen.first("closed", 2)?.at ?? 0;
    const backMs = (seen.received("connect", 3)[0]?.at ?? 0) - vanishedAt - awayMs;
    if (backMs > backWithinMs + uncertaintyMs) {
      return fail(`it reconnected ${inWords(backMs)} after the server returned`);
    }
    const told = "it recovered from replies 14 s late, a drop, and 30 min without a server";
    return pass(`${told}; reconnected ${inWords(Math.max(0, backMs))} after the server`);
  },
};

/** Has subscribed and published something. */
function isAtWork(seen: Transcript, connection: number): boolean {
  return (
    seen.sent("SUBACK", connection).length > 0 && seen.received("publish", connection).length > 0
  );
}
