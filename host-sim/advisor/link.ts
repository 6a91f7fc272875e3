import type { TLSSocket } from "node:tls";
import { type Packet, type Parser, parser } from "mqtt-packet";
import { awsLimits } from "../cloud/aws-limits.ts";
import { Framer } from "../cloud/frames.ts";
import { matchesFilter } from "../cloud/topic-rules.ts";
import type { Pace } from "./pace.ts";
import { connack, pingresp, puback, publish, suback, unsuback } from "./packets.ts";
import type { Answer, Manners, Step } from "./script.ts";
import type { RunningService } from "./services.ts";
import type { SentPacket, Sight } from "./transcript.ts";

export interface LinkOptions {
  readonly socket: TLSSocket;
  readonly manners: Manners;
  readonly pace: Pace;
  readonly record: (sight: Sight) => void;
  readonly service: RunningService | undefined;
  /** The advisor is unreachable for this many ms. */
  readonly onVanish: (ms: number) => void;
}

/** How long a step waits for a PUBACK before the next one begins. */
const pubackPatienceMs = 10_000;

const maximumFrameBytes = awsLimits.payloadBytes + awsLimits.topicBytes + 1_024;

/** MQTT on one TLS connection, with the given behaviour. */
export class Link {
  readonly #options: LinkOptions;
  readonly #framer = new Framer(maximumFrameBytes);
  readonly #parser: Parser = parser({ protocolVersion: 4 });
  /** type and identifier of requests that were ignored once */
  readonly #passedOver = new Set<string>();
  readonly #filters = new Set<string>();
  #topic: string | undefined;
  #hasBegun = false;
  #lastIdentifier = 0;
  #awaited: { readonly identifier: number; readonly resume: () => void } | undefined;
  #isClosed = false;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#parser.on("packet", (packet) => this.#handle(packet));
    this.#parser.on("error", (error) => this.#refuse(error.message));
    options.socket.on("data", (bytes: Buffer) => this.#read(bytes));
  }

  /** by the advisor */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Nothing more is sent. */
  close(): void {
    this.#isClosed = true;
    this.#options.socket.destroy();
  }

  /** Publishes a service's message with QoS 1, if the client has subscribed to its topic. */
  deliver(topic: string, payload: Buffer): void {
    if (![...this.#filters].some((filter) => matchesFilter(filter, topic))) return;
    const identifier = ++this.#lastIdentifier;
    this.#send("PUBLISH", publish(topic, identifier, payload), identifier);
  }

  #read(bytes: Buffer): void {
    const { frames, problem } = this.#framer.push(bytes);
    for (const frame of frames) if (!this.#isClosed) this.#parser.parse(frame);
    if (problem !== undefined) this.#refuse(problem);
  }

  #refuse(detail: string): void {
    if (this.#isClosed) return;
    this.#options.record({ type: "malformed", detail });
    this.close();
  }

  #handle(packet: Packet): void {
    const { manners, pace, record, service } = this.#options;
    pace.stir();
    record({ type: "received", packet });
    switch (packet.cmd) {
      case "connect":
        service?.connected(packet.clientId);
        this.#answer(manners.connack, "CONNACK", 0, () => {
          this.#send("CONNACK", connack());
          if (manners.from === "CONNACK") this.#begin();
        });
        break;
      case "subscribe": {
        const identifier = packet.messageId ?? 0;
        this.#topic ??= topicWithin(packet.subscriptions[0]?.topic ?? "");
        for (const { topic } of packet.subscriptions) this.#filters.add(topic);
        const granted = packet.subscriptions.map(({ qos }) => Math.min(qos, 1));
        this.#answer(manners.suback, "SUBACK", identifier, () => {
          this.#send("SUBACK", suback(identifier, granted), identifier);
          if (manners.from === "SUBACK") this.#begin();
        });
        break;
      }
      case "unsubscribe":
        this.#write(unsuback(packet.messageId ?? 0));
        break;
      case "publish": {
        const identifier = packet.messageId ?? 0;
        if (packet.qos === 1) {
          this.#answer(manners.puback, "PUBACK", identifier, () =>
            this.#send("PUBACK", puback(identifier), identifier),
          );
        }
        service?.handle(packet.topic, Buffer.from(packet.payload));
        break;
      }
      case "pingreq":
        this.#answer(manners.pingresp, "PINGRESP", 0, () => this.#send("PINGRESP", pingresp()));
        break;
      case "puback":
        if (packet.messageId === this.#awaited?.identifier) this.#awaited?.resume();
    }
  }

  #answer(answer: Answer, kind: SentPacket, identifier: number, send: () => void): void {
    if (answer === "never") return;
    const request = `${kind} ${identifier}`;
    if (answer === "second time" && !this.#passedOver.has(request)) {
      this.#passedOver.add(request);
    } else {
      this.#options.pace.set(send, answer === "second time" ? 0 : answer);
    }
  }

  #begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.#next(this.#options.manners.steps);
  }

  #next([step, ...rest]: readonly Step[]): void {
    if (step === undefined || this.#isClosed) return;
    const { pace, onVanish } = this.#options;
    switch (step.type) {
      case "wait":
        pace.set(() => this.#next(rest), step.ms);
        break;
      case "drop":
        this.close();
        break;
      case "vanish":
        this.close();
        onVanish(step.ms);
        break;
      case "publish":
        this.#publish(step.bytes, () => this.#next(rest));
    }
  }

  #publish(bytes: number, onDone: () => void): void {
    const { pace } = this.#options;
    const identifier = ++this.#lastIdentifier;
    const resume = () => {
      if (this.#awaited?.identifier !== identifier) return;
      this.#awaited = undefined;
      pace.clear(patience);
      onDone();
    };
    const patience = pace.set(resume, pubackPatienceMs);
    this.#awaited = { identifier, resume };
    const payload = Buffer.alloc(bytes, "x");
    this.#send("PUBLISH", publish(this.#topic ?? "advisor", identifier, payload), identifier);
  }

  #send(packet: SentPacket, bytes: Buffer, id?: number): void {
    if (this.#isClosed) return;
    this.#options.record({ type: "sent", packet, ...(id === undefined ? {} : { id }) });
    this.#write(bytes);
  }

  #write(bytes: Buffer): void {
    this.#options.pace.stir();
    if (!this.#options.socket.destroyed) this.#options.socket.write(bytes);
  }
}

/** A topic that the filter matches. */
function topicWithin(filter: string): string {
  return filter.replace(/\+/g, "advisor").replace(/#$/, "advisor");
}
