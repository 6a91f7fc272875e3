import type { IConnectPacket } from "mqtt-packet";
import { keepAliveInForce, type Limits } from "./aws-limits.ts";
import { type Authorize, bindPolicies, type PolicyAction } from "./policy.ts";
import type { RefusedEvent } from "./records.ts";
import type { Principal } from "./registry.ts";
import { isReserved, topicProblem } from "./topic-rules.ts";

/** The parameters of a connection whose CONNECT was accepted. */
export interface ConnectTerms {
  readonly clientId: string;
  readonly clean: boolean;
  /** the effective one, see {@link keepAliveInForce} */
  readonly keepAliveSeconds: number;
  readonly authorize: Authorize;
}

export type ConnectVerdict =
  | { readonly type: "accept"; readonly terms: ConnectTerms }
  | ConnectRefusal;

export interface ConnectRefusal {
  readonly type: "refuse";
  readonly reason: RefusedEvent["reason"];
  readonly returnCode: RefusedEvent["returnCode"];
  readonly detail: string;
  readonly denied?: { readonly action: PolicyAction; readonly resource: string };
}

/** ARNs of the simulated account. */
export type ArnOf = (resource: string) => string;

/** Checks a CONNECT against everything except the rate; pure. */
export function judgeConnect(
  packet: IConnectPacket,
  principal: Pick<Principal, "thingName" | "policies">,
  limits: Limits,
  arnOf: ArnOf,
): ConnectVerdict {
  const { clientId, protocolId, protocolVersion } = packet;
  if (protocolId !== "MQTT" || protocolVersion !== 4) {
    return refuse("protocol", 1, "the stand-in supports only MQTT 3.1.1");
  }
  if (clientId.length === 0) return refuse("client-id", 2, "empty");
  if (Buffer.byteLength(clientId) > limits.clientIdBytes) {
    return refuse("client-id", 2, `over ${limits.clientIdBytes} bytes`);
  }
  if (clientId.startsWith("$")) return refuse("client-id", 2, "starts with $");
  const authorize = bindPolicies(principal.policies, { clientId, thingName: principal.thingName });
  const refusal =
    forbid(authorize, "iot:Connect", arnOf(`client/${clientId}`)) ??
    judgeWill(packet.will, authorize, limits, arnOf);
  if (refusal !== undefined) return refusal;
  const keepAliveSeconds = keepAliveInForce(packet.keepalive ?? 0, limits);
  return {
    type: "accept",
    terms: { clientId, clean: packet.clean ?? false, keepAliveSeconds, authorize },
  };
}

/** A will is checked like the PUBLISH it may become. */
function judgeWill(
  will: IConnectPacket["will"],
  authorize: Authorize,
  limits: Limits,
  arnOf: ArnOf,
): ConnectRefusal | undefined {
  if (will === undefined) return undefined;
  const problem = topicProblem(will.topic, limits);
  if (problem !== undefined) return refuse("will", 5, problem);
  if (isReserved(will.topic)) return refuse("will", 5, "a will on a reserved topic");
  if (will.qos === 2) return refuse("will", 5, "QoS 2");
  if (Buffer.byteLength(will.payload) > limits.payloadBytes) {
    return refuse("will", 5, `over ${limits.payloadBytes} bytes`);
  }
  const resource = arnOf(`topic/${will.topic}`);
  return (
    forbid(authorize, "iot:Publish", resource) ??
    (will.retain === true ? forbid(authorize, "iot:RetainPublish", resource) : undefined)
  );
}

function forbid(
  authorize: Authorize,
  action: PolicyAction,
  resource: string,
): ConnectRefusal | undefined {
  const decision = authorize(action, resource);
  if (decision === "allowed") return undefined;
  const detail = `${action} ${decision}: ${resource}`;
  return { ...refuse("not-authorized", 5, detail), denied: { action, resource } };
}

function refuse(
  reason: ConnectRefusal["reason"],
  returnCode: ConnectRefusal["returnCode"],
  detail: string,
): ConnectRefusal {
  return { type: "refuse", reason, returnCode, detail };
}

/** Too soon after the last accepted CONNECT with the same client id. */
export const throttledRefusal = refuse("throttled", 3, "too many CONNECTs of this client id");

/** One CONNECT per second per client id. Refused ones do not count. */
export class ConnectThrottle {
  readonly #intervalMs: number;
  readonly #lastAt = new Map<string, number>();

  constructor(limits: Pick<Limits, "connectsPerSecond">) {
    this.#intervalMs = 1000 / limits.connectsPerSecond;
  }

  /** `now` in milliseconds. */
  admit(clientId: string, now: number): boolean {
    const lastAt = this.#lastAt.get(clientId);
    if (lastAt !== undefined && now - lastAt < this.#intervalMs) return false;
    // the map is in order of time: expired entries at its front can be deleted
    for (const [id, at] of this.#lastAt) {
      if (now - at < this.#intervalMs) break;
      this.#lastAt.delete(id);
    }
    this.#lastAt.delete(clientId);
    this.#lastAt.set(clientId, now);
    return true;
  }
}
