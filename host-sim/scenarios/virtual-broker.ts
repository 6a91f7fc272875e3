import mqttPacket from "mqtt-packet";
import type { TimerHandle } from "../../device/hal.ts";
import { claimClientIdPrefix } from "../../device/messages/claim-topics.ts";
import type { Timeline } from "./timeline.ts";
import { VirtualClaims } from "./virtual-claims.ts";

mqttPacket.writeToStream.cacheNumbers = false;

type Packet = Parameters<typeof mqttPacket.generate>[0];
type Parser = ReturnType<typeof mqttPacket.parser>;
type ConnectPacket = Extract<Packet, { cmd: "connect" }>;

/** The box's end of a connection, as the broker sees it. */
export interface Far {
  deliver(bytes: Uint8Array): void;
  hangUp(): void;
}

/** The broker's end, as the socket sees it. */
export interface BrokerLink {
  receive(bytes: Uint8Array): void;
  /** The connection is closed by the box. */
  end(): void;
  /** The path is gone, without notification. */
  vanish(): void;
}

/** A message published by the box. */
export interface Published {
  readonly at: number;
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
  readonly dup: boolean;
}

/** The broker's behaviour; may be changed at any time. */
export interface Manners {
  /** what it answers; a withheld answer never arrives */
  withholds: ReadonlySet<"connack" | "suback" | "puback" | "pingresp">;
  /** closes the connection this long after CONNACK; undefined: does not */
  dropsAfterMs: number | undefined;
  /** CONNACK return code */
  returnCode: number;
  /** the policy forbids this topic: a PUBLISH to it ends the connection */
  forbids: string | undefined;
}

export interface PublishOptions {
  readonly retain?: boolean;
  readonly dup?: boolean;
  readonly qos?: 0 | 1;
}

/**
 * The only broker of a world in virtual time, for one box: MQTT 3.1.1 as AWS IoT Core implements
 * it, as far as a box can see. A session ends with its connection; retained messages stay.
 */
export class VirtualBroker {
  readonly manners: Manners = {
    withholds: new Set(),
    dropsAfterMs: undefined,
    returnCode: 0,
    forbids: undefined,
  };
  /** provisioning by claim; a box with a certificate never uses it */
  readonly claims = new VirtualClaims();
  /** the time of each CONNECT, except those of claims */
  readonly connects: number[] = [];
  onPublished: (message: Published) => void = () => {};
  /** the box sent something that no client may send */
  onProblem: (problem: string) => void = () => {};
  readonly #timeline: Timeline;
  readonly #retained = new Map<string, string>();
  #link: Link | undefined;
  #lastIdentifier = 0;

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  /** whether a box is subscribed and would receive a message */
  get isSubscribed(): boolean {
    return this.#link?.isReachable === true && this.#link.filters.length > 0;
  }

  /** A box that is claiming receives no messages. */
  accept(far: Far): BrokerLink {
    return new Link(this, this.#timeline, far);
  }

  /**
   * Publishes like the staff app's service, or any other permitted client.
   * @returns whether a subscribed client could be reached; a retained message also stays for later
   * subscribers
   */
  publish(topic: string, payload: string, options: PublishOptions = {}): boolean {
    const { retain = false } = options;
    // An empty one clears the topic [MQTT-3.3.1-10].
    if (retain && payload === "") this.#retained.delete(topic);
    else if (retain) this.#retained.set(topic, payload);
    return this.#send(topic, payload, { ...options, retain: false });
  }

  /** Sends raw bytes to the connected client. */
  sendRaw(bytes: Uint8Array): void {
    this.#link?.far.deliver(bytes);
  }

  /** A client with our box's id: the first one is disconnected (DUPLICATE_CLIENTID). */
  takeOver(): void {
    this.dropAll();
  }

  /** Ends the box's connection. */
  dropAll(): void {
    this.#link?.drop();
  }

  /** @internal called by a link: CONNECT was accepted */
  joined(link: Link): void {
    // A second connection with the same client id disconnects the first one.
    if (this.#link !== undefined && this.#link !== link) this.#link.drop();
    this.#link = link;
  }

  left(link: Link, will: ConnectPacket["will"]): void {
    if (this.#link === link) this.#link = undefined;
    if (will === undefined) return;
    const { topic, payload, retain = false } = will;
    this.take({ topic, payload: String(payload), retain, dup: false });
  }

  take(message: Omit<Published, "at">): void {
    if (message.retain) this.#retained.set(message.topic, message.payload);
    this.onPublished({ at: this.#timeline.now, ...message });
  }

  subscribed(filter: string): void {
    for (const [topic, payload] of this.#retained) {
      if (isMatch(filter, topic)) this.#send(topic, payload, { retain: true });
    }
  }

  #send(topic: string, payload: string, { retain = false, dup = false, qos = 1 }: PublishOptions) {
    const isWanted = this.#link?.filters.some((filter) => isMatch(filter, topic)) === true;
    if (!isWanted || this.#link?.isReachable !== true) return false;
    this.#lastIdentifier = (this.#lastIdentifier % 65_535) + 1;
    const common = { cmd: "publish", topic, payload, retain } as const;
    const packet: Packet =
      qos === 0
        ? { ...common, qos, dup: false }
        : { ...common, qos, dup, messageId: this.#lastIdentifier };
    this.#link.send(packet);
    return true;
  }
}

/** One connection. */
class Link implements BrokerLink {
  readonly far: Far;
  /** the box's subscriptions */
  filters: readonly string[] = [];
  readonly #broker: VirtualBroker;
  readonly #timeline: Timeline;
  readonly #parser: Parser = mqttPacket.parser({ protocolVersion: 4 });
  #connect: ConnectPacket | undefined;
  #isOver = false;
  #watchdog: TimerHandle | undefined;
  #isAlone = false;

  constructor(broker: VirtualBroker, timeline: Timeline, far: Far) {
    this.#broker = broker;
    this.#timeline = timeline;
    this.far = far;
    this.#parser.on("packet", (packet) => this.#handle(packet));
    this.#parser.on("error", (error) => broker.onProblem(`not MQTT: ${error.message}`));
  }

  get isReachable(): boolean {
    return !this.#isOver && !this.#isAlone;
  }

  receive(bytes: Uint8Array): void {
    if (!this.isReachable) return;
    // mqtt-packet's types require Node's Buffer; its code accepts any Uint8Array.
    this.#parser.parse(bytes as Parameters<Parser["parse"]>[0]);
  }

  send(packet: Packet): void {
    if (this.isReachable) this.far.deliver(new Uint8Array(mqttPacket.generate(packet)));
  }

  end(): void {
    this.#finish(true);
  }

  vanish(): void {
    this.#isAlone = true;
  }

  drop(): void {
    if (this.#isOver) return;
    if (!this.#isAlone) this.far.hangUp();
    this.#finish(true);
  }

  #finish(hasWill: boolean): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#timeline.cancel(this.#watchdog);
    this.filters = [];
    this.#broker.left(this, hasWill ? this.#connect?.will : undefined);
  }

  #handle(packet: Packet): void {
    if (this.#isOver) return;
    this.#watch();
    const { manners } = this.#broker;
    if ((packet.cmd === "connect") !== (this.#connect === undefined)) {
      this.#broker.onProblem(`${packet.cmd} out of order`);
      this.drop();
      return;
    }
    switch (packet.cmd) {
      case "connect":
        this.#admit(packet);
        break;
      case "subscribe": {
        if (manners.withholds.has("suback")) return;
        const granted = packet.subscriptions.map(() => 1 as const);
        this.send({ cmd: "suback", messageId: Number(packet.messageId), granted });
        if (this.#isClaim) return;
        this.filters = packet.subscriptions.map(({ topic }) => topic);
        for (const filter of this.filters) this.#broker.subscribed(filter);
        break;
      }
      case "publish": {
        const { topic, payload, retain, dup, messageId } = packet;
        if (topic === manners.forbids) {
          this.drop();
          return;
        }
        if (packet.qos !== 1) this.#broker.onProblem(`PUBLISH of QoS ${packet.qos}`);
        if (this.#isClaim) {
          this.#answerClaim(topic, String(payload), Number(messageId));
          return;
        }
        this.#broker.take({ topic, payload: String(payload), retain, dup });
        if (!manners.withholds.has("puback")) {
          this.send({ cmd: "puback", messageId: Number(messageId) });
        }
        break;
      }
      case "pingreq":
        if (!manners.withholds.has("pingresp")) this.send({ cmd: "pingresp" });
        break;
      case "disconnect":
        this.#finish(false);
        break;
      case "puback":
        break;
      default:
        this.#broker.onProblem(`${packet.cmd} from a client of QoS 0 and 1`);
    }
  }

  get #isClaim(): boolean {
    return this.#connect?.clientId.startsWith(claimClientIdPrefix) === true;
  }

  #answerClaim(topic: string, payload: string, messageId: number): void {
    const answer = this.#broker.claims.answer(topic, payload);
    if (answer === "drop") {
      this.drop();
      return;
    }
    this.send({ cmd: "puback", messageId });
    if (answer === undefined) return;
    this.send({ cmd: "publish", ...answer, qos: 1, retain: false, dup: false, messageId: 1 });
  }

  #admit(packet: ConnectPacket): void {
    const { manners, claims } = this.#broker;
    this.#connect = packet;
    this.#watch();
    const connects = this.#isClaim ? claims.connects : this.#broker.connects;
    connects.push(this.#timeline.now);
    if (packet.clean !== true) this.#broker.onProblem("CONNECT without a clean session");
    if (manners.withholds.has("connack")) return;
    this.send({ cmd: "connack", returnCode: manners.returnCode, sessionPresent: false });
    if (manners.returnCode !== 0) {
      this.#connect = { ...packet, will: undefined } as unknown as ConnectPacket;
      this.far.hangUp();
      this.#finish(false);
      return;
    }
    this.#broker.joined(this);
    const { dropsAfterMs } = manners;
    if (dropsAfterMs !== undefined) this.#timeline.after(dropsAfterMs, () => this.drop());
  }

  /** A client that is silent for 1.5 × keep alive is disconnected [MQTT-3.1.2-24]. */
  #watch(): void {
    this.#timeline.cancel(this.#watchdog);
    const keepAliveSeconds = this.#connect?.keepalive ?? 30;
    this.#watchdog = this.#timeline.after(keepAliveSeconds * 1_500, () => this.drop());
  }
}

/** `+` stands for one level [MQTT-4.7.1-3]. A box uses no `#`. */
function isMatch(filter: string, topic: string): boolean {
  const wanted = filter.split("/");
  const levels = topic.split("/");
  return (
    wanted.length === levels.length &&
    wanted.every((level, index) => level === "+" || level === levels[index])
  );
}
