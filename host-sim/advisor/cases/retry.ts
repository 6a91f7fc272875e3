import { awsLimits, keepAliveInForce } from "../../cloud/aws-limits.ts";
import { type Case, minuteMs } from "../case.ts";
import { healthy, silent } from "../script.ts";
import { type Transcript, uncertaintyMs } from "../transcript.ts";
import { fail, inWords, pass, type Verdict, warn } from "../verdict.ts";
import { instead } from "./mqtt.ts";

/** AWS waits this long for a repetition. */
const retryWithinMs = 15_000;

const publishRetry: Case = {
  type: "played",
  name: "publish-retry",
  title: "Publish Retry No Puback",
  isQualifying: false,
  script: { certificate: "good", connections: [{ ...healthy, puback: "second time" }] },
  timeoutMs: 2 * minuteMs,
  isOver: (seen) => isRetryOver(seen, requestsOf(seen, "publish")),
  judge: (seen) => judgeRetry(seen, requestsOf(seen, "publish"), "PUBLISH"),
};

const subscribeRetry: Case = {
  type: "played",
  name: "subscribe-retry",
  title: "Subscribe Retry No Suback",
  isQualifying: false,
  script: { certificate: "good", connections: [{ ...healthy, suback: "second time" }] },
  timeoutMs: 2 * minuteMs,
  isOver: (seen) => isRetryOver(seen, requestsOf(seen, "subscribe")),
  judge: (seen) => judgeRetry(seen, requestsOf(seen, "subscribe"), "SUBSCRIBE"),
};

/** A request that requires an acknowledgement, and what identifies it when it is repeated. */
interface Request {
  readonly at: number;
  readonly connection: number;
  readonly id: number;
  /** topic and payload, or filters */
  readonly content: string;
}

function requestsOf(seen: Transcript, cmd: "publish" | "subscribe"): Request[] {
  if (cmd === "publish") {
    return seen
      .received("publish")
      .filter(({ packet }) => packet.qos === 1)
      .map(({ at, connection, packet }) => ({
        at,
        connection,
        id: packet.messageId ?? 0,
        content: `${packet.topic}\n${packet.payload}`,
      }));
  }
  return seen.received("subscribe").map(({ at, connection, packet }) => ({
    at,
    connection,
    id: packet.messageId ?? 0,
    content: packet.subscriptions.map(({ topic }) => topic).join("\n"),
  }));
}

function isRetryOver(seen: Transcript, requests: readonly Request[]): boolean {
  const [first] = requests;
  if (first === undefined) return seen.first("malformed") !== undefined;
  if (seen.first("closed", first.connection) !== undefined) return true;
  return requests.slice(1).some(({ content }) => content === first.content);
}

function judgeRetry(seen: Transcript, requests: readonly Request[], name: string): Verdict {
  const [first, ...later] = requests;
  if (first === undefined)
    return instead(seen, `no ${name} that requires an acknowledgement was received`);
  const again = later.find(({ content }) => content === first.content);
  const sameConnection = later.filter(({ connection }) => connection === first.connection);
  if (again === undefined || again.connection !== first.connection) {
    const closed = seen.first("closed", first.connection);
    if (closed !== undefined) {
      return fail(
        `it disconnected ${inWords(closed.at - first.at)} after ${name}, without a retry`,
      );
    }
    return fail(`no ${name} was repeated on the same connection`);
  }
  if (again.id !== first.id) {
    return fail(`${name} was repeated with packet identifier ${again.id} instead of ${first.id}`);
  }
  const afterMs = again.at - first.at;
  if (afterMs > retryWithinMs + uncertaintyMs) {
    return fail(`${name} was repeated after ${inWords(afterMs)}; 15 s or less is required`);
  }
  return pass(
    `the same packet identifier on the same connection after ${inWords(afterMs)}${sameConnection.length > 1 ? `, ${sameConnection.length} times` : ""}`,
  );
}

/** The client's allowed lateness: its own timers, and the network. */
const graceMs = 2_000;

const noPingresp: Case = {
  type: "played",
  name: "no-pingresp",
  title: "MQTT No Ack PingResp",
  isQualifying: false,
  script: {
    certificate: "good",
    // Silent after CONNACK; on the next connection, silent after normal operation.
    connections: [{ ...silent, connack: 0 }, { ...silent, connack: 0, suback: 0 }, healthy],
  },
  timeoutMs: 75 * minuteMs,
  isOver: (seen) =>
    seen.all("closed").filter(({ connection }) => connection <= 2).length >= 2 ||
    isSilenceBorne(seen) ||
    seen.first("malformed") !== undefined,
  judge(seen) {
    const waits: string[] = [];
    let isPinged = false;
    for (const connection of [1, 2]) {
      const [connect] = seen.received("connect", connection);
      const heard = seen.all("sent", connection).at(-1);
      if (connect === undefined || heard === undefined) {
        return instead(seen, "it did not reconnect for the second silence");
      }
      const limitMs = patienceMs(seen, connection);
      const closed = seen.first("closed", connection);
      if (closed === undefined) {
        return fail(`it kept a silent connection for over ${inWords(limitMs)}`);
      }
      const silenceMs = closed.at - heard.at;
      if (silenceMs > silenceLimitMs(seen, connection)) {
        return fail(
          `it gave up after ${inWords(silenceMs)} of silence; 1.5 × keep alive is ${inWords(limitMs)}`,
        );
      }
      isPinged ||= seen.received("pingreq", connection).length > 0;
      waits.push(inWords(silenceMs));
    }
    const why = `disconnected after ${waits.join(" and ")} of silence`;
    return isPinged ? pass(`${why}, with PINGREQ before`) : warn(`${why}, without a PINGREQ`);
  },
};

/**
 * Whether the client has sent something and received nothing for longer than it should tolerate.
 */
function isSilenceBorne(seen: Transcript): boolean {
  const last = seen.entries.at(-1);
  if (last?.type !== "received" || last.connection > 2) return false;
  const heard = seen.all("sent", last.connection).at(-1);
  return heard !== undefined && last.at - heard.at > silenceLimitMs(seen, last.connection);
}

/** 1.5 × keep alive, plus the client's allowed lateness. */
function silenceLimitMs(seen: Transcript, connection: number): number {
  return patienceMs(seen, connection) + graceMs + uncertaintyMs;
}

function patienceMs(seen: Transcript, connection: number): number {
  const [connect] = seen.received("connect", connection);
  return keepAliveInForce(connect?.packet.keepalive ?? 0, awsLimits) * 1_500;
}

export const retryCases: readonly Case[] = [publishRetry, subscribeRetry, noPingresp];
