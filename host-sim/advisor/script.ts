import type { Service } from "./services.ts";

/**
 * What the advisor does in one case, as data: its certificate, and its behaviour on each
 * connection.
 */
export interface Script {
  readonly certificate: CertificateKind;
  /** on the first connection, the second, …; the last applies to all further ones */
  readonly connections: readonly [Manners, ...Manners[]];
  /** default: what the client publishes is acknowledged, and nothing more */
  readonly service?: Service;
}

export const certificateKinds = ["good", "large", "stranger", "misnamed", "expired"] as const;

/**
 * The certificate that the advisor shows: a valid one; one larger than AWS's; one from an untrusted
 * CA; one for another name; an expired one.
 */
export type CertificateKind = (typeof certificateKinds)[number];

/** How a request is answered: after this many ms, never, or only when it is repeated. */
export type Answer = number | "never" | "second time";

export interface Manners {
  readonly connack: Answer;
  readonly suback: Answer;
  readonly puback: Answer;
  readonly pingresp: Answer;
  /** when {@link steps} begin */
  readonly from: "CONNACK" | "SUBACK";
  /** executed in order, once per connection */
  readonly steps: readonly Step[];
}

export type Step =
  /**
   * a QoS 1 message of this many bytes on the topic the client subscribed to; waits at most 10 s
   * for its PUBACK
   */
  | { readonly type: "publish"; readonly bytes: number }
  | { readonly type: "wait"; readonly ms: number }
  /** cuts the connection without DISCONNECT */
  | { readonly type: "drop" }
  /** closes the connection, and is unreachable for this long */
  | { readonly type: "vanish"; readonly ms: number };

/** A healthy broker, after a network round trip. */
export const healthy: Manners = {
  connack: 0,
  suback: 0,
  puback: 0,
  pingresp: 0,
  from: "SUBACK",
  steps: [],
};

export const silent: Manners = {
  ...healthy,
  connack: "never",
  suback: "never",
  puback: "never",
  pingresp: "never",
};
