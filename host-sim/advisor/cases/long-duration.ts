import { type Case, minuteMs } from "../case.ts";
import { healthy, type Manners } from "../script.ts";
import { type Transcript, uncertaintyMs } from "../transcript.ts";
import { fail, inWords, pass } from "../verdict.ts";
import { instead } from "./mqtt.ts";

/** AWS holds replies back for up to 15 s. */
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
/** The longest pause of a client's backoff, and its handshake. */
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
          `it hung up after ${inWords(closed.at - (seen.first("opened", 1)?.at ?? 0))} of replies that came late by 14 s`,
        );
      }
      return instead(seen, "it neither subscribed nor published while replies came late by 14 s");
    }
    const early = seen
      .all("closed")
      .find(({ by, connection }) => by === "client" && connection < 3);
    if (early !== undefined) {
      return fail(
        early.connection === 1
          ? "it hung up on replies that came late by 14 s"
          : "it hung up on a connection that was in order",
      );
    }
    if (!isAtWork(seen, 2)) return fail("after a drop it did not come back and subscribe again");
    if (!isAtWork(seen, 3)) return fail("after 30 min without a server it did not come back");
    const vanishedAt = seen.first("closed", 2)?.at ?? 0;
    const backMs = (seen.received("connect", 3)[0]?.at ?? 0) - vanishedAt - awayMs;
    if (backMs > backWithinMs + uncertaintyMs) {
      return fail(`it came back ${inWords(backMs)} after the server had`);
    }
    const told = "replies 14 s late, a drop, and 30 min without a server were survived";
    return pass(`${told}; back ${inWords(Math.max(0, backMs))} after the server`);
  },
};

/** Subscribed, and has published something. */
function isAtWork(seen: Transcript, connection: number): boolean {
  return (
    seen.sent("SUBACK", connection).length > 0 && seen.received("publish", connection).length > 0
  );
}
