import { Decoder, type PacketParser, type PublishPacket, type ServerPacket } from "./codec.ts";
import { type ConnectOptions, encodeDisconnect, encodePingreq, encodePublish } from "./encode.ts";
import {
  failed,
  Handshake,
  type HandshakeEffect,
  protocolError,
  type SendEffect,
} from "./handshake.ts";
import { type InFlight, Outbox, type OutgoingMessage } from "./outbox.ts";

export interface SessionOptions extends Required<ConnectOptions> {
  /** all are granted before the session is ready */
  readonly topicFilters: readonly string[];
  /** the longest packet that is kept whole; default: that of a command */
  readonly bufferedBytes?: number;
}

export type SessionEffect =
  | HandshakeEffect
  /** the caller acts on it, then calls {@link Session.acknowledge} */
  | { readonly type: "message"; readonly packet: PublishPacket }
  /** delivered, or dropped for lack of room: it is final */
  | { readonly type: "settled"; readonly message: OutgoingMessage };

/**
 * AWS may hold CONNACK back for 15 s (Device Advisor, Long Duration); the box must still be
 * connected then.
 */
export const connackTimeoutMs = 20_000;

/** SUBSCRIBE and PUBLISH are repeated after this time. Device Advisor requires it within 15 s. */
export const retryMs = 10_000;

/**
 * An MQTT 3.1.1 client without a socket: bytes and time in, effects out. It is reused across
 * connections: {@link connect} begins one, {@link disconnected} ends it. One SUBSCRIBE, QoS 0
 * and 1, clean session.
 */
export class Session {
  readonly #keepAliveSeconds: number;
  readonly #parser: PacketParser;
  readonly #outbox = new Outbox();
  readonly #handshake: Handshake;
  readonly #bufferedBytes: number | undefined;
  /** undefined while there is no connection */
  #decoder: Decoder | undefined;
  #lastIdentifier = 0;
  #lastSent = 0;
  #lastReceived = 0;
  #awaitsPingresp = false;

  constructor(options: SessionOptions, parser: PacketParser) {
    this.#keepAliveSeconds = options.keepAliveSeconds;
    this.#parser = parser;
    this.#handshake = new Handshake(options, options.topicFilters, this.#nextIdentifier);
    this.#bufferedBytes = options.bufferedBytes;
  }

  get droppedMessages(): number {
    return this.#outbox.dropped;
  }

  /** Whether every message given to {@link publish} has been acknowledged. */
  get isDelivered(): boolean {
    return this.#outbox.isEmpty;
  }

  /** When {@link handleTimeout} must be called, in ticks; undefined while closed. */
  get deadline(): number | undefined {
    const { state, since } = this.#handshake;
    switch (state) {
      case "connecting":
        return since + connackTimeoutMs;
      case "subscribing":
        return Math.min(since + retryMs, this.#silenceAt);
      case "ready": {
        const retryAt = this.#outbox.oldestSentAt + retryMs;
        return Math.min(this.#pingAt, this.#silenceAt, retryAt);
      }
      default:
        return undefined;
    }
  }

  /**
   * The TLS connection is up: sends CONNECT, and nothing more before CONNACK (AWS IoT Core requires
   * it).
   */
  connect(now: number): SessionEffect[] {
    this.#decoder = new Decoder(this.#parser, this.#bufferedBytes);
    this.#lastReceived = now;
    this.#awaitsPingresp = false;
    return this.#take(this.#handshake.connect(now), now);
  }

  /** The connection is gone, whichever side ended it. */
  disconnected(): void {
    this.#handshake.close();
    this.#decoder = undefined;
    this.#outbox.disconnect();
  }

  /** DISCONNECT: the server drops the will. Nothing may be sent after it [MQTT-3.14.4-2]. */
  disconnect(now: number): SendEffect[] {
    if (this.#decoder === undefined) return [];
    this.disconnected();
    return [this.#send(encodeDisconnect(), now)];
  }

  /** Publishes with QoS 1: now, or as soon as a session is ready. */
  publish(message: OutgoingMessage, now: number): SessionEffect[] {
    const dropped = this.#outbox.add(message);
    const sends = this.#flush(now);
    return dropped === undefined ? sends : [{ type: "settled", message: dropped }, ...sends];
  }

  /** Forgets a message that was given to {@link publish}, between two connections. */
  withdraw(message: OutgoingMessage): void {
    this.#outbox.withdraw(message);
  }

  /** Takes bytes from the peer. {@link handleNext} handles the packets in them one by one. */
  receive(bytes: Uint8Array, now: number): void {
    if (this.#decoder === undefined) return;
    this.#lastReceived = now;
    this.#decoder.receive(bytes);
  }

  /** Whether {@link handleNext} has work to do. */
  get hasMore(): boolean {
    return this.#decoder?.hasMore === true;
  }

  handleNext(now: number): SessionEffect[] {
    const decoder = this.#decoder;
    if (decoder === undefined) return [];
    const packet = decoder.next();
    if (packet !== undefined) return this.#handlePacket(packet, now);
    const { error } = decoder;
    return error === undefined ? [] : this.#take(protocolError(error), now);
  }

  /**
   * Sends PUBACK after a message has been acted on: nothing is encoded between a command and its
   * pulse.
   */
  acknowledge(packet: PublishPacket, now: number): SendEffect[] {
    if (packet.qos === 1) this.#lastSent = now;
    return this.#handshake.acknowledge(packet);
  }

  handleTimeout(now: number): SessionEffect[] {
    const { state, since } = this.#handshake;
    if (state === "closed") return [];
    if (state === "connecting") {
      if (now < since + connackTimeoutMs) return [];
      const detail = `no CONNACK within ${connackTimeoutMs} ms`;
      return this.#take(failed("transport", "no-connack", detail), now);
    }
    if (now >= this.#silenceAt) {
      const detail = "nothing received for 1.5 × keep alive";
      return this.#take(failed("transport", "silent", detail), now);
    }
    if (state === "subscribing") {
      if (now < since + retryMs) return [];
      return this.#take(this.#handshake.repeatSubscribe(now), now);
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

  /**
   * The box must send within every keepAlive [MQTT-3.1.2-23], and expects the broker to send as
   * often.
   */
  get #pingAt(): number {
    if (this.#awaitsPingresp) return Number.POSITIVE_INFINITY;
    const quietSince = Math.min(this.#lastSent, this.#lastReceived);
    return quietSince + this.#keepAliveSeconds * 1000;
  }

  get #silenceAt(): number {
    return this.#lastReceived + this.#keepAliveSeconds * 1500;
  }

  #handlePacket(packet: ServerPacket, now: number): SessionEffect[] {
    const effect = this.#handshake.handle(packet, now);
    if (effect !== undefined) return this.#take(effect, now);
    switch (packet.type) {
      case "PUBLISH":
        return [{ type: "message", packet }];
      case "PUBACK": {
        const message = this.#outbox.acknowledge(packet.packetIdentifier);
        const sends = this.#flush(now);
        // An unknown identifier belongs to a copy: the first PUBLISH was already acknowledged.
        return message === undefined ? sends : [{ type: "settled", message }, ...sends];
      }
      case "PINGRESP":
        this.#awaitsPingresp = false;
    }
    return [];
  }

  #take(effect: HandshakeEffect, now: number): SessionEffect[] {
    if (effect.type === "failed") this.disconnected();
    if (effect.type === "send") this.#lastSent = now;
    // Waiting messages go first: events are reported in order, before the status that counts them.
    return effect.type === "ready" ? [...this.#flush(now), effect] : [effect];
  }

  #flush(now: number): SendEffect[] {
    const effects: SendEffect[] = [];
    while (this.#handshake.state === "ready") {
      const entry = this.#outbox.takeNext(now, this.#nextIdentifier);
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

  /** 1–65535, not in flight [MQTT-2.3.1-2]. */
  readonly #nextIdentifier = (): number => {
    do {
      this.#lastIdentifier = (this.#lastIdentifier % 65_535) + 1;
    } while (this.#outbox.uses(this.#lastIdentifier));
    return this.#lastIdentifier;
  };
}
