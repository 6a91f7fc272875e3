import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import { generate, type Packet, type Parser, parser } from "mqtt-packet";
import { seededRandom } from "../scenarios/timeline.ts";
import { host, type Ring } from "./advisor.rig.ts";
import type { RunningClient } from "./run.ts";

/** One or several defects of a client. */
export interface Faults {
  /** the n-th pause, from 1, in ms; default: exponential with full jitter */
  readonly pause?: (n: number) => number;
  /** a CONNACK resets the pauses */
  readonly resetsOnConnack?: boolean;
  readonly givesUpAfterOnePause?: boolean;
  /** offers other cipher suites, or ALPN; `rejectUnauthorized: false` accepts any certificate */
  readonly tls?: ConnectionOptions;
  readonly hasNoSni?: boolean;
  /**
   * how an unacknowledged packet is repeated: with another identifier, on another connection,
   * never, late
   */
  readonly retry?: "new identifier" | "reconnect" | "never" | "late";
  readonly neverAcknowledges?: boolean;
  readonly hangsUpOnLongMessages?: boolean;
  readonly ignoresSilence?: boolean;
  readonly speaksBeforeConnack?: boolean;
  readonly connectPatienceMs?: number;
  readonly connect?: Partial<Extract<Packet, { cmd: "connect" }>>;
  readonly filter?: string;
  readonly topic?: string;
  readonly qos?: 0 | 1 | 2;
}

const keepAliveMs = 30_000;

/** A small MQTT client that behaves correctly except for its defects. It uses the ring's time. */
export class WrongClient implements RunningClient {
  readonly #ring: Ring;
  readonly #faults: Faults;
  readonly #random = seededRandom(7);
  #socket: TLSSocket | undefined;
  #failures = 0;
  #isStopped = false;

  constructor(ring: Ring, faults: Faults) {
    this.#ring = ring;
    this.#faults = faults;
    this.#connect();
  }

  problem(): undefined {
    return undefined;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#socket?.destroy();
  }

  #connect(): void {
    if (this.#isStopped) return;
    const { pace, port, client } = this.#ring;
    const { tls, hasNoSni } = this.#faults;
    const socket = connect({
      host,
      port,
      ca: client.ca,
      cert: client.certificate,
      key: client.key,
      ciphers: "TLS_AES_128_GCM_SHA256:ECDHE-ECDSA-AES128-GCM-SHA256",
      ...(hasNoSni === true ? {} : { servername: host }),
      ...tls,
    });
    this.#socket = socket;
    const isCurrent = () => this.#socket === socket && !socket.destroyed && !this.#isStopped;
    const session = new Session(socket, this.#faults, (callback, ms) =>
      pace.set(() => {
        if (isCurrent()) callback();
      }, ms),
    );
    const { resetsOnConnack } = this.#faults;
    session.onConnack = () => {
      if (resetsOnConnack === true) this.#failures = 0;
      pace.set(() => {
        if (isCurrent()) this.#failures = 0;
      }, 30_000);
    };
    socket.on("error", () => {});
    socket.on("close", () => this.#retry());
    socket.on("secureConnect", () => session.start());
  }

  #retry(): void {
    this.#failures += 1;
    const { pause, givesUpAfterOnePause } = this.#faults;
    if (givesUpAfterOnePause === true && this.#failures > 1) return;
    const ceilingMs = Math.min(120_000, 1_000 * 2 ** this.#failures);
    const ms = pause?.(this.#failures) ?? 1_000 + this.#random() * (ceilingMs - 1_000);
    this.#ring.pace.set(() => this.#connect(), ms);
  }
}

class Session {
  onConnack = () => {};
  readonly #socket: TLSSocket;
  readonly #faults: Faults;
  readonly #after: (callback: () => void, ms: number) => void;
  readonly #parser: Parser = parser({ protocolVersion: 4 });
  readonly #acknowledged = new Set<number>();
  #lastIdentifier = 0;
  #heard = 0;
  #isAccepted = false;

  constructor(
    socket: TLSSocket,
    faults: Faults,
    after: (callback: () => void, ms: number) => void,
  ) {
    this.#socket = socket;
    this.#faults = faults;
    this.#after = after;
    this.#parser.on("packet", (packet) => this.#handle(packet));
    this.#parser.on("error", () => socket.destroy());
    socket.on("data", (bytes: Buffer) => this.#parser.parse(bytes));
  }

  start(): void {
    const { speaksBeforeConnack, connect: fields, connectPatienceMs } = this.#faults;
    this.#send({
      cmd: "connect",
      protocolId: "MQTT",
      protocolVersion: 4,
      clean: true,
      clientId: "lot-1",
      keepalive: keepAliveMs / 1_000,
      ...fields,
    });
    if (speaksBeforeConnack === true) this.#subscribe();
    this.#after(() => {
      if (!this.#isAccepted) this.#socket.destroy();
    }, connectPatienceMs ?? 18_000);
  }

  #handle(packet: Packet): void {
    this.#heard += 1;
    this.#watch(this.#heard);
    switch (packet.cmd) {
      case "connack":
        this.#isAccepted = true;
        this.onConnack();
        if (this.#faults.speaksBeforeConnack !== true) this.#subscribe();
        break;
      case "suback":
        this.#acknowledged.add(packet.messageId ?? 0);
        this.#publish();
        break;
      case "puback":
        this.#acknowledged.add(packet.messageId ?? 0);
        break;
      case "publish":
        if (this.#faults.hangsUpOnLongMessages === true && packet.payload.length > 1_024) {
          this.#socket.destroy();
        } else if (this.#faults.neverAcknowledges !== true) {
          this.#send({ cmd: "puback", messageId: packet.messageId ?? 0 });
        }
    }
  }

  /** PINGREQ after one keep alive of silence, disconnect after one and a half. */
  #watch(heard: number): void {
    this.#after(() => {
      if (this.#heard === heard) this.#send({ cmd: "pingreq" });
    }, keepAliveMs);
    this.#after(() => {
      if (this.#heard === heard && this.#faults.ignoresSilence !== true) this.#socket.destroy();
    }, keepAliveMs * 1.5);
  }

  #subscribe(): void {
    const { filter: topic = "gate/lot-1/command" } = this.#faults;
    this.#request((messageId) => ({
      cmd: "subscribe",
      messageId,
      subscriptions: [{ topic, qos: 1 }],
    }));
  }

  #publish(): void {
    const { topic = "gate/lot-1/status", qos = 1 } = this.#faults;
    this.#request((messageId) => ({
      cmd: "publish",
      topic,
      payload: "online",
      qos,
      messageId,
      dup: false,
      retain: false,
    }));
  }

  #request(make: (identifier: number) => Packet, identifier = ++this.#lastIdentifier): void {
    this.#send(make(identifier));
    const { retry } = this.#faults;
    if (retry === "never") return;
    this.#after(
      () => {
        if (this.#acknowledged.has(identifier)) return;
        if (retry === "reconnect") this.#socket.destroy();
        else if (retry === "new identifier") this.#request(make);
        else this.#request(make, identifier);
      },
      retry === "late" ? 25_000 : 8_000,
    );
  }

  #send(packet: Packet): void {
    if (!this.#socket.destroyed) this.#socket.write(generate(packet));
  }
}
