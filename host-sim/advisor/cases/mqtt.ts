import { awsLimits, keepAliveInForce } from "../../cloud/aws-limits.ts";
import {
  filterProblem,
  isOpenToClients,
  isReserved,
  topicProblem,
} from "../../cloud/topic-rules.ts";
import { printable } from "../../printable.ts";
import { type Case, minuteMs } from "../case.ts";
import { healthy } from "../script.ts";
import type { Received, Transcript } from "../transcript.ts";
import { fail, inWords, pass, type Verdict, warn } from "../verdict.ts";

const timeoutMs = 2 * minuteMs;

/** Explains why a packet did not arrive. */
export function instead(seen: Transcript, missing: string): Verdict {
  const malformed = seen.first("malformed");
  if (malformed !== undefined) return fail(`not MQTT 3.1.1: ${printable(malformed.detail)}`);
  if (seen.connections === 0) return fail("it never connected");
  if (seen.first("secured") === undefined) return fail("the TLS handshake was not completed");
  if (seen.received("connect").length === 0) return fail("no CONNECT received");
  return fail(missing);
}

/** How long CONNACK is delayed, to check that the client waits for it. */
const connackMs = 1_000;

const connect: Case = {
  type: "played",
  name: "mqtt-connect",
  title: "MQTT Connect",
  isQualifying: true,
  script: { certificate: "good", connections: [{ ...healthy, connack: connackMs }] },
  timeoutMs,
  isOver: (seen) => {
    const [connack] = seen.sent("CONNACK");
    // Packets that were sent too early are already here; later ones were sent in time.
    return connack !== undefined || seen.first("malformed") !== undefined;
  },
  judge(seen) {
    const [first] = seen.received("connect");
    if (first === undefined) return instead(seen, "no CONNECT received");
    const { clientId, protocolId, protocolVersion, keepalive = 0, clean, will } = first.packet;
    if (protocolId !== "MQTT" || protocolVersion !== 4) {
      const version = `${printable(String(protocolId))} level ${protocolVersion}`;
      return fail(`${version}: only MQTT 3.1.1 (level 4) is supported here`);
    }
    const idBytes = Buffer.byteLength(clientId);
    if (idBytes === 0 || idBytes > awsLimits.clientIdBytes || clientId.startsWith("$")) {
      return fail("the client id is empty, over 128 bytes or starts with $");
    }
    const willProblem = will === undefined ? undefined : publishProblem(will);
    if (willProblem !== undefined) return fail(`will: ${willProblem}`);
    const [connack] = seen.sent("CONNACK");
    if (connack === undefined) return fail("it disconnected before CONNACK");
    const early = seen
      .all("received", first.connection)
      .find(({ packet, at }) => packet.cmd !== "connect" && at < connack.at);
    if (early !== undefined) {
      return fail(`${early.packet.cmd.toUpperCase()} before CONNACK, which AWS IoT Core forbids`);
    }
    const inForce = keepAliveInForce(keepalive, awsLimits);
    const what = `client id ${printable(clientId)}, ${clean === true ? "clean session" : "persistent session"}`;
    return inForce === keepalive
      ? pass(`${what}, keep alive ${keepalive} s, nothing before CONNACK`)
      : warn(`${what}; AWS IoT Core changes its keep alive from ${keepalive} s to ${inForce}`);
  },
};

const publish: Case = {
  type: "played",
  name: "mqtt-publish",
  title: "MQTT Publish",
  isQualifying: true,
  script: { certificate: "good", connections: [healthy] },
  timeoutMs,
  isOver: (seen) => seen.received("publish").length > 0 || seen.first("malformed") !== undefined,
  judge(seen) {
    const [first] = seen.received("publish");
    if (first === undefined) return instead(seen, "no PUBLISH received");
    const problem = publishProblem(first.packet);
    if (problem !== undefined) return fail(`PUBLISH: ${problem}`);
    const { topic, qos, retain } = first.packet;
    return pass(`${printable(topic)}, QoS ${qos}${retain ? ", retained" : ""}`);
  },
};

const subscribe: Case = {
  type: "played",
  name: "mqtt-subscribe",
  title: "MQTT Subscribe",
  isQualifying: true,
  script: { certificate: "good", connections: [healthy] },
  timeoutMs,
  isOver: (seen) => seen.received("subscribe").length > 0 || seen.first("malformed") !== undefined,
  judge(seen) {
    const [first] = seen.received("subscribe");
    if (first === undefined) return instead(seen, "no SUBSCRIBE received");
    const problem = subscribeProblem(first);
    if (problem !== undefined) return fail(`SUBSCRIBE: ${problem}`);
    const filters = first.packet.subscriptions.map(
      ({ topic, qos }) => `${printable(topic)}, QoS ${qos}`,
    );
    return pass(filters.join("; "));
  },
};

/** 0 to 128 KB, covering every size of MQTT's length field. */
const pubackBytes = [0, 1, 100, 127, 128, 1_024, 16_384, 65_536, 131_072];

const puback: Case = {
  type: "played",
  name: "mqtt-puback",
  title: "MQTT Client Puback QoS 1",
  isQualifying: false,
  script: {
    certificate: "good",
    connections: [
      { ...healthy, steps: pubackBytes.map((bytes) => ({ type: "publish", bytes }) as const) },
    ],
  },
  timeoutMs: 3 * minuteMs,
  isOver: (seen) =>
    seen.received("puback").length >= pubackBytes.length ||
    seen.first("closed") !== undefined ||
    seen.first("malformed") !== undefined,
  judge(seen) {
    const sent = seen.sent("PUBLISH", 1);
    if (sent.length === 0) return instead(seen, "it never subscribed");
    const acknowledged = new Set(seen.received("puback", 1).map(({ packet }) => packet.messageId));
    const missing = pubackBytes.filter((_, index) => !acknowledged.has(index + 1));
    if (missing.length > 0) {
      const end = seen.first("closed", 1) === undefined ? "" : "; the connection ended";
      return fail(`no PUBACK for a payload of ${missing.join(", ")} bytes${end}`);
    }
    const delays = seen.received("puback", 1).map(({ packet, at }) => {
      const message = sent.find(({ id }) => id === packet.messageId);
      return at - (message?.at ?? at);
    });
    return pass(
      `${pubackBytes.length} payloads of 0 B to 128 KB, each within ${inWords(Math.max(...delays))}`,
    );
  },
};

export const mqttCases: readonly Case[] = [connect, publish, subscribe, puback];

/** Why AWS IoT Core would refuse a message; undefined if it would accept it. */
function publishProblem(message: {
  readonly topic: string;
  readonly payload: string | Uint8Array;
  readonly qos?: number;
  readonly retain?: boolean;
}): string | undefined {
  const { topic, payload, qos = 0, retain } = message;
  const problem = topicProblem(topic, awsLimits);
  if (problem !== undefined) return problem;
  if (qos > 1) return "QoS 2, which AWS IoT Core does not answer";
  if (isReserved(topic) && (retain === true || !isOpenToClients(topic))) {
    return `${printable(topic)} is reserved`;
  }
  const bytes = Buffer.byteLength(payload);
  return bytes > awsLimits.payloadBytes ? `a payload of ${bytes} bytes` : undefined;
}

function subscribeProblem({ packet }: Received<"subscribe">): string | undefined {
  const { subscriptions } = packet;
  if (subscriptions.length > awsLimits.filtersPerSubscribe)
    return `${subscriptions.length} filters`;
  for (const { topic, qos } of subscriptions) {
    const problem = filterProblem(topic, awsLimits);
    if (problem !== undefined) return problem;
    if (qos > 1) return "QoS 2, which AWS IoT Core does not answer";
  }
  return undefined;
}
