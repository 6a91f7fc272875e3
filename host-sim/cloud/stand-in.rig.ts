import { once } from "node:events";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import { generate, type IConnectPacket, type Packet, parser } from "mqtt-packet";
import sinon from "sinon";
import { createAuthority, type Identity, issueClient, issueServer } from "../pki/authority.ts";
import type { PolicyDocument } from "./policy.ts";
import { boxPolicy, servicePolicy } from "./policy-documents.ts";
import type { CloudEvent, CloudRecord } from "./records.ts";
import { Registry } from "./registry.ts";
import { CloudStandIn, type CloudStandInOptions } from "./stand-in.ts";

export const account = { region: "eu-central-1", account: "123456789012" };

/** The certificates of the stand-in's clients, including rejected ones. */
export interface People {
  readonly ca: Identity;
  readonly server: Identity;
  /** boxes, with the policy of a box */
  readonly lot1: Identity;
  readonly lot2: Identity;
  /** with the policy of the service, as `web…` */
  readonly service: Identity;
  /** may do everything except receive under `secret/` and connect as `nobody` */
  readonly tester: Identity;
  /** of the CA, but not registered */
  readonly unknown: Identity;
  /** of another CA */
  readonly stranger: Identity;
}

let people: Promise<People> | undefined;

/** Created once: generating keys is slow. */
export function thePeople(): Promise<People> {
  people ??= makePeople();
  return people;
}

async function makePeople(): Promise<People> {
  const keyType = "p256";
  const ca = await createAuthority({ keyType });
  const client = (name: string) => issueClient(ca, name, { keyType });
  return {
    ca,
    server: await issueServer(ca, [], { keyType }),
    lot1: await client("lot-1"),
    lot2: await client("lot-2"),
    service: await client("web"),
    tester: await client("tester"),
    unknown: await client("unknown"),
    stranger: await issueClient(await createAuthority({ keyType }), "lot-1", { keyType }),
  };
}

const testerPolicy: PolicyDocument = {
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Action: "iot:*", Resource: "*" },
    { Effect: "Deny", Action: "iot:Receive", Resource: "arn:aws:iot:*:*:topic/secret/*" },
    { Effect: "Deny", Action: "iot:Connect", Resource: "arn:aws:iot:*:*:client/nobody" },
  ],
};

/** The stand-in over real mutual TLS, on a clock that only `tick` advances. Keeps its records. */
export class TestCloud {
  readonly people: People;
  readonly registry: Registry;
  readonly clock: sinon.SinonFakeTimers;
  readonly records: CloudRecord[] = [];
  readonly #clients: RawClient[] = [];
  #cloud: CloudStandIn | undefined;
  #watchers: (() => void)[] = [];

  private constructor(who: People) {
    this.people = who;
    // sockets and the event loop stay real
    this.clock = sinon.useFakeTimers({
      now: 1_700_000_000_000,
      toFake: ["setTimeout", "clearTimeout"],
    });
    this.registry = new Registry(account);
    const scope = { ...account, prefix: "gate" };
    for (const [thingName, { certificatePem: certificate }] of [
      ...([
        ["lot-1", who.lot1],
        ["lot-2", who.lot2],
      ] as const),
    ]) {
      this.registry.register({ certificate, thingName, policies: [boxPolicy(scope)] });
    }
    const policies = [servicePolicy({ ...scope, clientIdPrefix: "web" })];
    this.registry.register({ certificate: who.service.certificatePem, policies });
    const tester = { certificate: who.tester.certificatePem, principalId: "tester" };
    this.registry.register({ ...tester, policies: [testerPolicy] });
  }

  static async start(options: Partial<CloudStandInOptions> = {}): Promise<TestCloud> {
    const test = new TestCloud(await thePeople());
    try {
      await test.listen(options);
    } catch (error) {
      test.clock.restore();
      throw error;
    }
    return test;
  }

  /** Also for a second stand-in that replaces a closed one. */
  async listen(options: Partial<CloudStandInOptions> = {}): Promise<void> {
    this.#cloud = await this.standIn(options);
  }

  /** Another one, which the test closes. */
  standIn(options: Partial<CloudStandInOptions>): Promise<CloudStandIn> {
    const { ca, server } = this.people;
    return CloudStandIn.listen({
      ca: ca.certificatePem,
      certificate: server.certificatePem + ca.certificatePem,
      key: server.keyPem,
      registry: this.registry,
      now: () => this.clock.now,
      onRecord: (record) => {
        this.records.push(record);
        for (const look of this.#watchers) look();
      },
      ...options,
    });
  }

  get cloud(): CloudStandIn {
    if (this.#cloud === undefined) throw new Error("not listening");
    return this.#cloud;
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.cut();
    await this.cloud.close();
    this.clock.restore();
  }

  /**
   * Advances the clock by `stepMs` at a time until the condition holds; the network runs in
   * between.
   */
  async tickUntil(holds: () => boolean, stepMs: number): Promise<void> {
    while (!holds()) {
      this.clock.tick(stepMs);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** A TLS connection that has not sent anything yet. */
  async dial(identity: Identity | undefined, options: ConnectionOptions = {}): Promise<RawClient> {
    const { ca } = this.people;
    const client = new RawClient(
      connect({
        host: "127.0.0.1",
        port: this.cloud.port,
        servername: "localhost",
        ca: ca.certificatePem,
        ...(identity && { cert: identity.certificatePem, key: identity.keyPem }),
        ...options,
      }),
    );
    this.#clients.push(client);
    await client.dialled;
    return client;
  }

  /** A connection that has received CONNACK. */
  async connect(
    identity: Identity,
    clientId: string,
    fields: Partial<IConnectPacket> = {},
  ): Promise<RawClient> {
    const client = await this.dial(identity);
    client.send(connectPacket(clientId, fields));
    const { returnCode } = await client.next("connack");
    if (returnCode !== 0) throw new Error(`CONNACK ${returnCode}`);
    return client;
  }

  /** The first record with these fields, past or future. */
  record<T extends CloudEvent["type"]>(
    type: T,
    fields: Partial<Extract<CloudRecord, { type: T }>> = {},
  ): Promise<Extract<CloudRecord, { type: T }>> {
    return new Promise((resolve) => {
      const look = () => {
        const found = this.recordsOf(type, fields)[0];
        if (found === undefined) return;
        this.#watchers = this.#watchers.filter((watcher) => watcher !== look);
        resolve(found);
      };
      this.#watchers.push(look);
      look();
    });
  }

  recordsOf<T extends CloudEvent["type"]>(
    type: T,
    fields: Partial<Extract<CloudRecord, { type: T }>> = {},
  ): Extract<CloudRecord, { type: T }>[] {
    return this.records
      .filter((record): record is Extract<CloudRecord, { type: T }> => record.type === type)
      .filter((record) => {
        const values = new Map<string, unknown>(Object.entries(record));
        return Object.entries(fields).every(([name, value]) => values.get(name) === value);
      });
  }
}

/** All client packets as bytes, including ones that mqtt-packet refuses to write. */
export type Sendable = Packet | Buffer;

/** A client that sends what the test tells it to, and buffers what it receives. */
export class RawClient {
  /** when the handshake has ended, successfully or not */
  readonly dialled: Promise<unknown>;
  readonly #socket: TLSSocket;
  readonly #received: Packet[] = [];
  #isClosed = false;
  #wake = () => {};

  constructor(socket: TLSSocket) {
    this.#socket = socket;
    const closed = once(socket, "close");
    this.dialled = Promise.race([once(socket, "secureConnect"), closed]).catch(() => {});
    closed.catch(() => {});
    socket.on("error", () => {}); // "close" follows
    socket.on("close", () => {
      this.#isClosed = true;
      this.#wake();
    });
    const packets = parser({ protocolVersion: 4 });
    packets.on("packet", (packet) => {
      this.#received.push(packet);
      this.#wake();
    });
    socket.on("data", (bytes: Buffer) => packets.parse(bytes));
  }

  get alpnProtocol(): string | false | null {
    return this.#socket.alpnProtocol;
  }

  /** For TLS 1.2; undefined: the server sent none. */
  get sessionTicket(): Buffer | undefined {
    return this.#socket.getTLSTicket();
  }

  /** In one write, so that they arrive together. */
  send(...packets: readonly Sendable[]): void {
    this.#socket.write(bytesOf(packets));
  }

  /** {@link send}, followed by an immediate close. */
  end(...packets: readonly Sendable[]): void {
    this.#socket.end(bytesOf(packets));
  }

  /** Like a failing network. */
  cut(): void {
    this.#socket.destroy();
  }

  /** Stops reading from the network, so that the sender's buffers fill. */
  pause(): void {
    this.#socket.pause();
  }

  /** The next packet, which must be of this type. */
  async next<C extends Packet["cmd"]>(cmd: C): Promise<Extract<Packet, { cmd: C }>> {
    const packet = await this.#take();
    if (packet === undefined) throw new Error(`disconnected instead of ${cmd}`);
    if (!isOfKind(packet, cmd)) throw new Error(`${JSON.stringify(packet)} instead of ${cmd}`);
    return packet;
  }

  /** Topic and payload of the next packet, which must be a PUBLISH. */
  async message(): Promise<string> {
    const { topic, payload } = await this.next("publish");
    return `${topic}: ${payload}`;
  }

  /** What arrived until the connection was closed. */
  async rest(): Promise<Packet[]> {
    const packets: Packet[] = [];
    for (;;) {
      const packet = await this.#take();
      if (packet === undefined) return packets;
      packets.push(packet);
    }
  }

  /** Resolves when everything sent so far has been processed, and only PINGRESP arrived. */
  async settle(): Promise<void> {
    this.send({ cmd: "pingreq" });
    await this.next("pingresp");
  }

  async subscribe(...topics: readonly string[]): Promise<void> {
    this.send(subscribePacket(topics));
    await this.next("suback");
  }

  async #take(): Promise<Packet | undefined> {
    while (this.#received.length === 0 && !this.#isClosed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#received.shift();
  }
}

function isOfKind<C extends Packet["cmd"]>(
  packet: Packet,
  cmd: C,
): packet is Extract<Packet, { cmd: C }> {
  return packet.cmd === cmd;
}

function bytesOf(packets: readonly Sendable[]): Buffer {
  return Buffer.concat(
    packets.map((packet) => (Buffer.isBuffer(packet) ? packet : generate(packet))),
  );
}

export function connectPacket(clientId: string, fields: Partial<IConnectPacket> = {}): Packet {
  return {
    cmd: "connect",
    protocolId: "MQTT",
    protocolVersion: 4,
    clientId,
    keepalive: 60,
    clean: true,
    ...fields,
  };
}

export function subscribePacket(topics: readonly string[], qos: 0 | 1 | 2 = 1): Packet {
  const subscriptions = topics.map((topic) => ({ topic, qos }));
  return { cmd: "subscribe", messageId: 1, subscriptions };
}

/** QoS 1 by default. */
export function publishPacket(
  topic: string,
  payload: string | Buffer = "x",
  fields: { readonly qos?: 0 | 1 | 2; readonly retain?: boolean; readonly messageId?: number } = {},
): Packet {
  return {
    cmd: "publish",
    topic,
    payload,
    qos: 1,
    dup: false,
    retain: false,
    messageId: 1,
    ...fields,
  };
}
