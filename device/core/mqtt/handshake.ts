import type { PublishPacket, ServerPacket } from "./codec.ts";
import { type ConnectOptions, encodeConnect, encodePuback, encodeSubscribe } from "./encode.ts";

export interface SendEffect {
  readonly type: "send";
  readonly bytes: Uint8Array;
}

/**
 * Why a connection must end, and who must act: the `peer` broke the protocol, the `transport`
 * failed (try again), or a `person` must change a setting or a policy.
 */
export interface SessionError {
  readonly who: "peer" | "transport" | "person";
  readonly reason:
    | "protocol"
    | "refused"
    | "not-authorized"
    | "subscription-refused"
    | "no-connack"
    | "silent";
  readonly detail: string;
}

export type HandshakeState = "closed" | "connecting" | "subscribing" | "ready";

export interface FailedEffect {
  readonly type: "failed";
  readonly error: SessionError;
}

export type HandshakeEffect =
  | SendEffect
  /** CONNACK accepted and every subscription granted */
  | { readonly type: "ready" }
  | FailedEffect;

type SubackPacket = Extract<ServerPacket, { type: "SUBACK" }>;

/** CONNACK return codes (MQTT 3.1.1, table 3.1) and who must act. */
const returnCodes: Readonly<Record<number, SessionError>> = {
  1: { who: "person", reason: "refused", detail: "unacceptable protocol version" },
  2: { who: "person", reason: "refused", detail: "identifier rejected" },
  3: { who: "transport", reason: "refused", detail: "server unavailable" },
  4: { who: "person", reason: "not-authorized", detail: "bad user name or password" },
  5: { who: "person", reason: "not-authorized", detail: "not authorized" },
};

/** AWS IoT Core ends a connection whose SUBSCRIBE has more ("Message broker and protocol limits"). */
const filtersPerSubscribe = 8;

/**
 * CONNECT, CONNACK, SUBSCRIBE, SUBACK, and PUBACK for each later message. Every MQTT connection of
 * a box starts with it. If there are too many filters for one SUBSCRIBE, another one follows. The object is reused across connections: {@link connect} starts a new one.
 */
export class Handshake {
  readonly #connect: ConnectOptions;
  readonly #topicFilters: readonly string[];
  readonly #nextIdentifier: () => number;
  #state: HandshakeState = "closed";
  #since = 0;
  #subscribeIdentifier = 0;
  /** of the SUBSCRIBE before; 0: there was none */
  #answeredIdentifier = 0;
  /** how many filters have been granted */
  #granted = 0;

  /** @param nextIdentifier returns an unused packet identifier for SUBSCRIBE */
  constructor(
    connect: ConnectOptions,
    topicFilters: readonly string[],
    nextIdentifier: () => number,
  ) {
    this.#connect = connect;
    this.#topicFilters = topicFilters;
    this.#nextIdentifier = nextIdentifier;
  }

  get state(): HandshakeState {
    return this.#state;
  }

  /** When CONNECT or the last SUBSCRIBE was sent, in ticks. */
  get since(): number {
    return this.#since;
  }

  connect(now: number): SendEffect {
    this.#state = "connecting";
    this.#since = now;
    this.#answeredIdentifier = 0;
    this.#granted = 0;
    return { type: "send", bytes: encodeConnect(this.#connect) };
  }

  close(): void {
    this.#state = "closed";
  }

  /** Repeats the last SUBSCRIBE with the same identifier. */
  repeatSubscribe(now: number): SendEffect {
    this.#since = now;
    const bytes = encodeSubscribe(this.#subscribeIdentifier, ...this.#requested);
    return { type: "send", bytes };
  }

  /**
   * @returns what to do about the packet; undefined if it is not part of the handshake, or answers
   * a repeated SUBSCRIBE. After `failed`, the caller closes the connection.
   */
  handle(packet: ServerPacket, now: number): HandshakeEffect | undefined {
    // Usually the handshake is ready and a command arrives: keep the path to the pin short.
    if (this.#state === "ready" && packet.type !== "CONNACK") return undefined;
    if (this.#state === "connecting") return this.#handleFirst(packet, now);
    if (packet.type === "CONNACK") return protocolError("a second CONNACK");
    return packet.type === "SUBACK" ? this.#handleSuback(packet, now) : undefined;
  }

  /** The filters of the last SUBSCRIBE. */
  get #requested(): readonly string[] {
    return this.#topicFilters.slice(this.#granted, this.#granted + filtersPerSubscribe);
  }

  #subscribe(now: number): SendEffect {
    this.#subscribeIdentifier = this.#nextIdentifier();
    return this.repeatSubscribe(now);
  }

  /** PUBACK, if the message has QoS 1 and the connection is still open. */
  acknowledge(packet: PublishPacket): SendEffect[] {
    const { packetIdentifier } = packet;
    if (packetIdentifier === undefined || this.#state === "closed") return [];
    return [{ type: "send", bytes: encodePuback(packetIdentifier) }];
  }

  #handleFirst(packet: ServerPacket, now: number): HandshakeEffect {
    if (packet.type !== "CONNACK") {
      return protocolError(`${packet.type} before CONNACK`); // [MQTT-3.2.0-1]
    }
    const { returnCode, sessionPresent } = packet;
    if (returnCode !== 0) {
      const error = returnCodes[returnCode];
      if (error !== undefined) return { type: "failed", error };
      return protocolError(`CONNACK return code ${returnCode}`);
    }
    if (sessionPresent) {
      return protocolError("session present despite clean session"); // [MQTT-3.2.2-1]
    }
    this.#state = "subscribing";
    return this.#subscribe(now);
  }

  #handleSuback(
    { packetIdentifier, returnCodes }: SubackPacket,
    now: number,
  ): HandshakeEffect | undefined {
    // It answers a SUBSCRIBE that was repeated.
    if (packetIdentifier === this.#answeredIdentifier) return undefined;
    const filters = this.#requested;
    if (packetIdentifier !== this.#subscribeIdentifier || returnCodes.length !== filters.length) {
      return protocolError("SUBACK does not match SUBSCRIBE");
    }
    const refused = filters.find((_, index) => returnCodes[index] === 0x80);
    if (refused !== undefined) return failed("person", "subscription-refused", refused);
    this.#granted += filters.length;
    if (this.#granted < this.#topicFilters.length) {
      this.#answeredIdentifier = packetIdentifier;
      return this.#subscribe(now);
    }
    this.#state = "ready";
    return { type: "ready" };
  }
}

/** The peer violated the protocol. */
export function protocolError(detail: string): FailedEffect {
  return failed("peer", "protocol", detail);
}

export function failed(
  who: SessionError["who"],
  reason: SessionError["reason"],
  detail: string,
): FailedEffect {
  return { type: "failed", error: { who, reason, detail } };
}
