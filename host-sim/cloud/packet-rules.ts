import type { IPublishPacket, ISubscribePacket, Packet } from "mqtt-packet";
import type { Limits } from "./aws-limits.ts";
import type { ArnOf, ConnectTerms } from "./connect-rules.ts";
import type { PolicyAction } from "./policy.ts";
import { TokenBucket } from "./token-bucket.ts";
import { filterProblem, isOpenToClients, isReserved, topicProblem } from "./topic-rules.ts";

/** The decision about a packet. */
export type PacketVerdict =
  | { readonly type: "pass" }
  /** no answer, the connection stays */
  | { readonly type: "ignore"; readonly packet: string }
  /** over the rate of publishes: no answer, no delivery */
  | { readonly type: "discard"; readonly topic: string }
  /** the policy forbids it: disconnect */
  | { readonly type: "deny"; readonly action: PolicyAction; readonly resource: string }
  /** AWS's rules or MQTT's forbid it: disconnect */
  | { readonly type: "violate"; readonly rule: string };

const pass: PacketVerdict = { type: "pass" };

/**
 * Checks a connected client's packets, except CONNECT. Keeps its rate and its subscriptions; has no
 * clock.
 */
export class PacketRules {
  readonly #authorize: ConnectTerms["authorize"];
  readonly #limits: Limits;
  readonly #arnOf: ArnOf;
  readonly #filters: Set<string>;
  readonly #publishes: TokenBucket;

  /** `filters`: the subscriptions of a resumed session. */
  constructor(
    authorize: ConnectTerms["authorize"],
    limits: Limits,
    arnOf: ArnOf,
    filters: readonly string[],
    now: number,
  ) {
    this.#authorize = authorize;
    this.#limits = limits;
    this.#arnOf = arnOf;
    this.#filters = new Set(filters);
    this.#publishes = new TokenBucket(limits.publishesPerSecond, limits.publishesPerSecond, now);
  }

  judge(packet: Packet, now: number): PacketVerdict {
    switch (packet.cmd) {
      case "publish":
        return this.#judgePublish(packet, now);
      case "subscribe":
        return this.#judgeSubscribe(packet);
      case "unsubscribe":
        for (const filter of packet.unsubscriptions) this.#filters.delete(filter);
        return pass;
      case "puback":
      case "pingreq":
      case "disconnect":
        return pass;
      case "pubrec":
      case "pubrel":
      case "pubcomp":
        return { type: "ignore", packet: packet.cmd.toUpperCase() };
      default:
        return { type: "violate", rule: `unexpected ${packet.cmd.toUpperCase()}` };
    }
  }

  #judgePublish(packet: IPublishPacket, now: number): PacketVerdict {
    const { topic, payload, qos, retain } = packet;
    if (qos === 2) return { type: "ignore", packet: "PUBLISH of QoS 2" };
    const problem = topicProblem(topic, this.#limits);
    if (problem !== undefined) return { type: "violate", rule: `PUBLISH: ${problem}` };
    const bytes = Buffer.byteLength(payload);
    if (bytes > this.#limits.payloadBytes) {
      return { type: "violate", rule: `PUBLISH: a payload of ${bytes} bytes` };
    }
    const resource = this.#arnOf(`topic/${topic}`);
    if (isReserved(topic) && !isOpenToClients(topic)) {
      return { type: "deny", action: "iot:Publish", resource };
    }
    const denied =
      this.#denied("iot:Publish", resource) ??
      (retain ? this.#denied("iot:RetainPublish", resource) : undefined);
    if (denied !== undefined) return denied;
    return this.#publishes.take(1, now) ? pass : { type: "discard", topic };
  }

  #judgeSubscribe({ subscriptions }: ISubscribePacket): PacketVerdict {
    if (subscriptions.length > this.#limits.filtersPerSubscribe) {
      return { type: "violate", rule: `SUBSCRIBE with ${subscriptions.length} filters` };
    }
    if (subscriptions.some(({ qos }) => qos === 2)) {
      return { type: "ignore", packet: "SUBSCRIBE of QoS 2" };
    }
    for (const { topic } of subscriptions) {
      const problem = filterProblem(topic, this.#limits);
      if (problem !== undefined) return { type: "violate", rule: `SUBSCRIBE: ${problem}` };
      const denied = this.#denied("iot:Subscribe", this.#arnOf(`topicfilter/${topic}`));
      if (denied !== undefined) return denied;
      this.#filters.add(topic);
    }
    if (this.#filters.size > this.#limits.subscriptions) {
      return { type: "violate", rule: `${this.#filters.size} subscriptions` };
    }
    return pass;
  }

  #denied(action: PolicyAction, resource: string): PacketVerdict | undefined {
    if (this.#authorize(action, resource) === "allowed") return undefined;
    return { type: "deny", action, resource };
  }
}
