/** What the advisor does in one case, as data: its certificate, and its manners on each connection. */
export interface Script {
  readonly certificate: CertificateKind;
  /** on the first connection, the second, …; the last goes for all further ones */
  readonly connections: readonly [Manners, ...Manners[]];
}

export const certificateKinds = ["good", "large", "stranger", "misnamed", "expired"] as const;

/**
 * What the advisor shows: a good certificate; one that is larger than AWS's; one of a CA that nobody
 * trusts; one made out to another name; one that is over.
 */
export type CertificateKind = (typeof certificateKinds)[number];

/** How a request is answered: this many ms later, never, or only when it comes again. */
export type Answer = number | "never" | "second time";

export interface Manners {
  readonly connack: Answer;
  readonly suback: Answer;
  readonly puback: Answer;
  readonly pingresp: Answer;
  /** when {@link steps} begin */
  readonly from: "CONNACK" | "SUBACK";
  /** done one after another, once per connection */
  readonly steps: readonly Step[];
}

export type Step =
  /** a QoS 1 message of so many bytes on the topic the client subscribed to; waits for its PUBACK, 10 s at most */
  | { readonly type: "publish"; readonly bytes: number }
  | { readonly type: "wait"; readonly ms: number }
  /** ends the connection without a word */
  | { readonly type: "drop" }
  /** ends the connection, and is not to be reached for so long */
  | { readonly type: "vanish"; readonly ms: number };

/** A broker in good health, after a turn on the network. */
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
