import { Decoder, type PacketParser, type PublishPacket, type ServerPacket } from "./codec.ts";
import {
  encodeConnect,
  encodeDisconnect,
  encodePingreq,
  encodePuback,
  encodePublish,
  encodeSubscribe,
} from "./encode.ts";
import { type InFlight, Outbox, type OutgoingMessage } from "./outbox.ts";

export interface SessionOptions {
  readonly clientIdentifier: string;
  readonly keepAliveSeconds: number;
  /** the one topic filter; granted before the session is ready */
  readonly topicFilter: string;
  readonly will: { readonly topic: string; readonly payload: string };
}

/**
 * Why a connection has to end, and who can do something about it: the `peer` broke the protocol,
 * the `transport` failed us (try again), or a `person` must change a setting or a policy.
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

export interface SendEffect {
  readonly type: "send";
  readonly bytes: Uint8Array;
}

export type SessionEffect =
  | SendEffect
  /** to be acted on, and then given to {@link Session.acknowledge} */
  | { readonly type: "message"; readonly packet: PublishPacket }
  /** delivered, or given up for want of room: nothing more will become of it */
  | { readonly type: "settled"; readonly message: OutgoingMessage }
  /** CONNACK accepted and the subscription granted */
  | { readonly type: "ready" }
  | { readonly type: "failed"; readonly error: SessionError };

type State =
  | { readonly name: "closed" }
  | { readonly name: "connecting"; readonly since: number }
  | { readonly name: "subscribing"; readonly packetIdentifier: number; readonly sentAt: number }
  | { readonly name: "ready" };

/** AWS may hold CONNACK back for 15 s (Device Advisor, Long Duration) and must not lose us for it. */
export const connackTimeoutMs = 20_000;

/** SUBSCRIBE and PUBLISH are repeated after this long; Device Advisor asks for it within 15 s. */
export const retryMs = 10_000;

/** CONNACK return codes (MQTT 3.1.1, table 3.1) and who must act. */
const returnCodes: Readonly<Record<number, SessionError>> = {
  1: { who: "person", reason: "refused", detail: "unacceptable protocol version" },
  2: { who: "person", reason: "refused", detail: "identifier rejected" },
  3: { who: "transport", reason: "refused", detail: "server unavailable" },
  4: { who: "person", reason: "not-authorized", detail: "bad user name or password" },
  5: { who: "person", reason: "not-authorized", detail: "not authorized" },
};

/**
 * An MQTT 3.1.1 client without a socket: bytes and time come in, effects go out. It outlives its
 * connections; {@link connect} begins a new one, {@link disconnected} ends it. One subscription,
 * QoS 0 and 1, clean session.
 */
export class Session {
  readonly #options: SessionOptions;
  readonly #parser: PacketParser;
  readonly #outbox = new Outbox();
  #decoder: Decoder;
  #state: State = { name: "closed" };
  #lastIdentifier = 0;
  #lastSent = 0;
  #lastReceived = 0;
  #awaitsPingresp = false;

  constructor(options: SessionOptions, parser: PacketParser) {
    this.#options = options;
    this.#parser = parser;
    this.#decoder = new Decoder(parser);
  }

  get droppedMessages(): number {
    return this.#outbox.dropped;
  }

  /** Whether every message given to {@link publish} has been acknowledged. */
  get isDelivered(): boolean {
    return this.#outbox.isEmpty;
  }

  /** When {@link handleTimeout} wants to be called, in ticks; undefined while closed. */
  get deadline(): number | undefined {
    switch (this.#state.name) {
      case "connecting":
        return this.#state.since + connackTimeoutMs;
      case "subscribing":
        return Math.min(this.#state.sentAt + retryMs, this.#silenceAt);
      case "ready": {
        const retryAt = this.#outbox.oldestSentAt + retryMs;
        return Math.min(this.#pingAt, this.#silenceAt, retryAt);
      }
      default:
        return undefined;
    }
  }

  /** The TLS connection is up: CONNECT, and nothing more before CONNACK (AWS IoT Core demands it). */
  connect(now: number): SessionEffect[] {
    this.#decoder = new Decoder(this.#parser);
    this.#state = { name: "connecting", since: now };
    this.#lastReceived = now;
    this.#awaitsPingresp = false;
    const { clientIdentifier, keepAliveSeconds, will } = this.#options;
    return [this.#send(encodeConnect({ clientIdentifier, keepAliveSeconds, will }), now)];
  }

  /** The connection is gone, whoever ended it. */
  disconnected(): void {
    this.#state = { name: "closed" };
    this.#outbox.disconnect();
  }

  /** DISCONNECT: the server drops the will. Nothing may be sent after it [MQTT-3.14.4-2]. */
  disconnect(now: number): SendEffect[] {
    if (this.#state.name === "closed") return [];
    const effect = this.#send(encodeDisconnect(), now);
    this.disconnected();
    return [effect];
  }

  /** Publishes with QoS 1: now, or as soon as a session is ready. */
  publish(message: OutgoingMessage, now: number): SessionEffect[] {
    const dropped = this.#outbox.add(message);
    const sends = this.#flush(now);
    return dropped === undefined ? sends : [{ type: "settled", message: dropped }, ...sends];
  }

  /** Bytes of the peer's: {@link handleNext} handles what is in them, a packet at a time. */
  receive(bytes: Uint8Array, now: number): void {
    if (this.#state.name === "closed") return;
    this.#lastReceived = now;
    this.#decoder.receive(bytes);
  }

  /** Whether {@link handleNext} has something to do. */
  get hasMore(): boolean {
    return this.#state.name !== "closed" && this.#decoder.hasMore;
  }

  handleNext(now: number): SessionEffect[] {
    if (this.#state.name === "closed") return [];
    const packet = this.#decoder.next();
    if (packet !== undefined) return this.#handlePacket(packet, now);
    const { error } = this.#decoder;
    return error === undefined ? [] : this.#fail("peer", "protocol", error);
  }

  /** PUBACK, once a message has been acted on: nothing is encoded between a command and its pulse. */
  acknowledge({ packetIdentifier }: PublishPacket, now: number): SendEffect[] {
    if (packetIdentifier === undefined || this.#state.name === "closed") return [];
    return [this.#send(encodePuback(packetIdentifier), now)];
  }

  handleTimeout(now: number): SessionEffect[] {
    const state = this.#state;
    if (state.name === "closed") return [];
    if (state.name === "connecting") {
      if (now < state.since + connackTimeoutMs) return [];
      return this.#fail("transport", "no-connack", `no CONNACK within ${connackTimeoutMs} ms`);
    }
    if (now >= this.#silenceAt) {
      return this.#fail("transport", "silent", "nothing received for 1.5 × keep alive");
    }
    if (state.name === "subscribing") {
      return now < state.sentAt + retryMs ? [] : this.#subscribe(state.packetIdentifier, now);
    }
    const effects: SessionEffect[] = [];
    for (const entry of this.#outbox.takeOverdue(now, now - retryMs)) {
      effects.push(this.#sendPublish(entry, now));
    }
    if (now >= this.#pingAt) {
      this.#awaitsPingresp = true;
      effects.push(this.#send(encodePingreq(), now));
    }
    return effects;
  }

  /** The box must be heard every keepAlive [MQTT-3.1.2-23], and wants to hear as often. */
  get #pingAt(): number {
    if (this.#awaitsPingresp) return Number.POSITIVE_INFINITY;
    const quietSince = Math.min(this.#lastSent, this.#lastReceived);
    return quietSince + this.#options.keepAliveSeconds * 1000;
  }

  get #silenceAt(): number {
    return this.#lastReceived + this.#options.keepAliveSeconds * 1500;
  }

  #handlePacket(packet: ServerPacket, now: number): SessionEffect[] {
    if (this.#state.name === "connecting") return this.#handleFirst(packet, now);
    switch (packet.type) {
      case "CONNACK":
        return this.#fail("peer", "protocol", "a second CONNACK");
      case "PINGRESP":
        this.#awaitsPingresp = false;
        return [];
      case "SUBACK":
        return this.#handleSuback(packet.packetIdentifier, packet.returnCodes, now);
      case "PUBACK": {
        const message = this.#outbox.acknowledge(packet.packetIdentifier);
        const sends = this.#flush(now);
        // One we do not know answers a copy: its twin was acknowledged already.
        return message === undefined ? sends : [{ type: "settled", message }, ...sends];
      }
      case "PUBLISH":
        return [{ type: "message", packet }];
    }
  }

  #handleFirst(packet: ServerPacket, now: number): SessionEffect[] {
    if (packet.type !== "CONNACK") {
      return this.#fail("peer", "protocol", `${packet.type} before CONNACK`); // [MQTT-3.2.0-1]
    }
    if (packet.returnCode !== 0) {
      const error = returnCodes[packet.returnCode];
      if (error !== undefined) return this.#failWith(error);
      return this.#fail("peer", "protocol", `CONNACK return code ${packet.returnCode}`);
    }
    if (packet.sessionPresent) {
      return this.#fail("peer", "protocol", "a session was kept that was to be clean"); // [MQTT-3.2.2-1]
    }
    return this.#subscribe(this.#nextIdentifier(), now);
  }

  #handleSuback(
    packetIdentifier: number,
    granted: readonly number[],
    now: number,
  ): SessionEffect[] {
    // A second SUBACK answers a repeated SUBSCRIBE: harmless.
    if (this.#state.name !== "subscribing") return [];
    if (this.#state.packetIdentifier !== packetIdentifier || granted.length !== 1) {
      return this.#fail("peer", "protocol", "SUBACK does not fit the SUBSCRIBE");
    }
    if (granted[0] === 0x80) {
      return this.#fail("person", "subscription-refused", this.#options.topicFilter);
    }
    this.#state = { name: "ready" };
    // What waited goes first: events are reported in their order, before the status that counts them.
    return [...this.#flush(now), { type: "ready" }];
  }

  #subscribe(packetIdentifier: number, now: number): SessionEffect[] {
    this.#state = { name: "subscribing", packetIdentifier, sentAt: now };
    return [this.#send(encodeSubscribe(packetIdentifier, this.#options.topicFilter), now)];
  }

  #flush(now: number): SendEffect[] {
    const effects: SendEffect[] = [];
    while (this.#state.name === "ready") {
      const entry = this.#outbox.takeNext(now, () => this.#nextIdentifier());
      if (entry === undefined) break;
      effects.push(this.#sendPublish(entry, now));
    }
    return effects;
  }

  #sendPublish({ message, packetIdentifier, dup }: InFlight, now: number): SendEffect {
    return this.#send(encodePublish({ ...message, packetIdentifier, dup }), now);
  }

  #send(bytes: Uint8Array, now: number): SendEffect {
    this.#lastSent = now;
    return { type: "send", bytes };
  }

  /** 1–65535, none that is in flight [MQTT-2.3.1-2]. */
  #nextIdentifier(): number {
    do {
      this.#lastIdentifier = (this.#lastIdentifier % 65_535) + 1;
    } while (this.#outbox.uses(this.#lastIdentifier));
    return this.#lastIdentifier;
  }

  #fail(who: SessionError["who"], reason: SessionError["reason"], detail: string): SessionEffect[] {
    return this.#failWith({ who, reason, detail });
  }

  #failWith(error: SessionError): SessionEffect[] {
    this.disconnected();
    return [{ type: "failed", error }];
  }
}
