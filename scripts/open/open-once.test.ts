import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer, type Server, type TLSSocket } from "node:tls";
import sinon from "sinon";
import { openedEvent, refusedEvent } from "../../device/messages/event.ts";
import { startLocalCloud } from "../../host-sim/cloud/one-project.ts";
import type { Broker } from "../broker/options.ts";
import { readIdentity } from "../certs/identity.ts";
import { ensureCertificates } from "../certs/store.ts";
import { Publisher, type PublisherClient, serviceClientIdPrefix } from "./open-once.ts";

interface Sent {
  readonly action: string;
  readonly id: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly by: string;
}

/** The MQTT client as its user sees it; acknowledgements come when the test says so. */
class FakeClient extends EventEmitter implements PublisherClient {
  connected = true;
  readonly done: string[] = [];
  /** instead of an acknowledgement; undefined: none comes at all */
  subscribed: Promise<unknown> = Promise.resolve();
  published: Promise<unknown> = Promise.resolve();
  payload = "";
  readonly stream = { destroy: () => this.done.push("destroy") };

  async subscribeAsync(filter: string): Promise<unknown> {
    this.done.push(`subscribe ${filter}`);
    return this.subscribed;
  }

  async publishAsync(topic: string, payload: string): Promise<unknown> {
    this.done.push(`publish ${topic}`);
    this.payload = payload;
    return this.published;
  }

  async endAsync(force: boolean): Promise<void> {
    this.done.push(force ? "cut" : "disconnect");
  }

  get sent(): Sent {
    return JSON.parse(this.payload) as Sent;
  }

  receive(topic: string, payload: unknown): void {
    this.emit(
      "message",
      topic,
      Buffer.from(typeof payload === "string" ? payload : JSON.stringify(payload)),
    );
  }

  drop(): void {
    this.connected = false;
    this.emit("error", new Error("read ECONNRESET"));
    this.emit("close");
  }
}

const never = new Promise<never>(() => {});
const now = 1_700_000_000_000;

describe("Publisher.open", () => {
  let clock: sinon.SinonFakeTimers;
  let client: FakeClient;
  let publisher: Publisher;

  beforeEach(() => {
    clock = sinon.useFakeTimers({ now, toFake: ["Date", "setTimeout", "clearTimeout"] });
    client = new FakeClient();
    publisher = new Publisher(client, "gate");
  });
  afterEach(() => clock.restore());

  /** Lets every promise that is due come to its end. */
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const open = () => publisher.open("lot-1", "Alice", 10_000);
  const command = () => ({ id: client.sent.id, action: "open", by: "Alice" });

  function assertQuiet(): void {
    assert.equal(clock.countTimers(), 0);
    assert.deepEqual([client.listenerCount("message"), client.listenerCount("close")], [0, 0]);
  }

  it("listens first, then sends one command that is good for ten seconds", async () => {
    const outcome = open();
    await settle();
    assert.deepEqual(client.done, ["subscribe gate/+/event", "publish gate/lot-1/command"]);
    const { id, ...rest } = client.sent;
    assert.match(id, /^[\da-f-]{36}$/);
    assert.deepEqual(rest, {
      ...{ action: "open", issuedAt: now, expiresAt: now + 10_000, by: "Alice" },
    });
    clock.tick(10_000);
    await outcome;
  });

  it("gives back the box's own report of this command", async () => {
    const outcome = open();
    await settle();
    const report = openedEvent(command(), 501, now + 900);
    client.receive("gate/lot-1/event", report);
    assert.deepEqual(await outcome, report);
    assertQuiet();
  });

  it("gives back a refusal too", async () => {
    const outcome = open();
    await settle();
    client.receive("gate/lot-1/event", refusedEvent(command(), "cooldown", now));
    assert.equal((await outcome)?.reason, "cooldown");
  });

  it("hears an answer that comes before its own acknowledgement", async () => {
    client.published = never;
    const outcome = open();
    await settle();
    client.receive("gate/lot-1/event", openedEvent(command(), 500, now));
    assert.equal((await outcome)?.outcome, "opened");
    assertQuiet();
  });

  it("takes nothing else for the answer", async () => {
    const outcome = open();
    await settle();
    const report = openedEvent(command(), 500, now);
    client.receive("gate/lot-1/event", { ...report, id: "another" });
    client.receive("gate/lot-1/event", { ...report, id: null });
    client.receive("gate/lot-2/event", report);
    client.receive("gate/lot-1/status", report);
    client.receive("gate/lot-1/event", { ...report, outcome: "perhaps" });
    for (const text of ["", "null", "[]", "7", "{", "opened"]) {
      client.receive("gate/lot-1/event", text);
    }
    clock.tick(10_000);
    assert.equal(await outcome, undefined);
    assertQuiet();
  });

  it("keeps two commands apart that are under way at once", async () => {
    const first = open();
    await settle();
    const { id } = client.sent;
    const second = open();
    await settle();
    assert.notEqual(client.sent.id, id);
    client.receive("gate/lot-1/event", refusedEvent(command(), "busy", now));
    client.receive("gate/lot-1/event", openedEvent({ ...command(), id }, 500, now));
    assert.equal((await first)?.outcome, "opened");
    assert.equal((await second)?.reason, "busy");
  });

  it("waits as long as it was told, and no longer", async () => {
    let isOver = false;
    const outcome = open().finally(() => {
      isOver = true;
    });
    await settle();
    clock.tick(9_999);
    await settle();
    assert.equal(isOver, false);
    clock.tick(1);
    assert.equal(await outcome, undefined);
  });

  for (const silent of ["subscribed", "published"] as const) {
    it(`waits no longer where the broker never says that it has ${silent}`, async () => {
      client[silent] = never;
      const outcome = open();
      await settle();
      clock.tick(10_000);
      assert.equal(await outcome, undefined);
      assertQuiet();
      await publisher.close();
      assert.equal(client.done.at(-1), "cut");
    });
  }

  it("says at once that the connection was lost, and that the gate may have opened", async () => {
    const outcome = open();
    await settle();
    client.drop();
    await assert.rejects(outcome, {
      name: "UserError",
      message: "the connection to the broker was lost: whether lot-1 opened is not known",
    });
    assertQuiet();
  });

  it("says that nothing was sent where the connection was lost before", async () => {
    client.subscribed = never;
    const outcome = open();
    await settle();
    client.drop();
    const expected = {
      name: "UserError",
      message: "the connection to the broker was lost before the command was sent",
    };
    await assert.rejects(outcome, expected);
    await assert.rejects(open(), expected);
    assertQuiet();
  });

  it("says so where the broker will not let it listen, and sends nothing", async () => {
    client.subscribed = Promise.reject(new Error("Unspecified error"));
    await assert.rejects(open(), {
      name: "UserError",
      message: "the broker did not take the command for lot-1 (Unspecified error)",
    });
    assert.deepEqual(client.done, ["subscribe gate/+/event"]);
    assertQuiet();
  });

  it("says good-bye, and does without where nobody answers that", async () => {
    await publisher.close();
    assert.deepEqual(client.done, ["disconnect"]);
    assertQuiet();
    client.endAsync = () => never;
    void publisher.close();
    clock.tick(1_000);
    assert.equal(client.done.at(-1), "destroy");
  });
});

describe("Publisher.connect", function () {
  this.timeout(20_000);
  let certs: string;
  let broker: Broker;
  const ended: (() => Promise<unknown>)[] = [];

  before(async () => {
    certs = mkdtempSync(join(tmpdir(), "boom-box-"));
    await ensureCertificates({ directory: certs, things: ["lot-1"] });
    const identity = await readIdentity(certs, "service");
    broker = { endpoint: "localhost", port: 0, prefix: "gate", alpn: false, identity };
  });
  afterEach(async () => {
    for (const end of ended.splice(0)) await end();
  });
  after(() => rmSync(certs, { recursive: true }));

  async function cloud() {
    const server = await readIdentity(certs, "server");
    const standIn = await startLocalCloud({
      prefix: "gate",
      ca: broker.identity.caPem,
      certificate: server.chainPem,
      key: server.keyPem,
      things: [],
      service: {
        certificate: broker.identity.certificatePem,
        clientIdPrefix: serviceClientIdPrefix,
      },
    });
    ended.push(() => standIn.close());
    return standIn;
  }

  /** A server that does with each client what it is told to. */
  async function server(greet: (socket: TLSSocket) => void): Promise<number> {
    const own = await readIdentity(certs, "server");
    const options = { ca: own.caPem, cert: own.chainPem, key: own.keyPem, requestCert: true };
    const listener: Server = createServer(options, (socket) => {
      socket.on("error", () => {});
      // Without it the end of what the client sends would never be seen.
      socket.resume();
      greet(socket);
    });
    listener.on("tlsClientError", () => {});
    await once(listener.listen(0, "127.0.0.1"), "listening");
    ended.push(() => new Promise((resolve) => listener.close(resolve)));
    const address = listener.address();
    assert.ok(typeof address === "object" && address !== null);
    return address.port;
  }

  const assertRefused = (port: number, detail: RegExp, identity = broker.identity) =>
    assert.rejects(Publisher.connect({ ...broker, port, identity }), (error: Error) => {
      assert.equal(error.name, "UserError", String(error.stack));
      const [, inner = ""] =
        /^no connection to localhost:\d+ \((.+)\): is the broker running, and are these its certificates\?$/.exec(
          error.message,
        ) ?? assert.fail(error.message);
      assert.match(inner, detail);
      return true;
    });

  it("is let in by the stand-in, and told when that drops it", async () => {
    const standIn = await cloud();
    const publisher = await Publisher.connect({ ...broker, port: standIn.port });
    const [clientId = ""] = standIn.connectedClients();
    assert.ok(clientId.startsWith(serviceClientIdPrefix));
    const outcome = publisher.open("lot-1", "Alice", 5_000);
    standIn.dropAll();
    await assert.rejects(outcome, /^UserError: the connection to the broker was lost/);
    await publisher.close();
  });

  it("says so where nobody listens", async () => {
    const port = await server(() => {});
    await ended.pop()?.();
    await assertRefused(port, /ECONNREFUSED/);
  });

  it("says so where the broker hangs up without an answer, as AWS does", async () => {
    const port = await server((socket) => socket.once("data", () => socket.end()));
    await assertRefused(port, /it hung up/);
  });

  it("says so where the broker answers that we may not", async () => {
    const notAuthorized = Buffer.from([0x20, 2, 0, 5]);
    const port = await server((socket) => socket.once("data", () => socket.end(notAuthorized)));
    await assertRefused(port, /Not authorized/);
  });

  it("says so where the broker speaks something else", async () => {
    const port = await server((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    await assertRefused(port, /header flag|packet/i);
  });

  it("says so where the broker does not know our certificate", async () => {
    const standIn = await cloud();
    const stranger = await readIdentity(certs, "lot-1");
    await assertRefused(standIn.port, /it hung up|alert|ECONNRESET/, stranger);
  });

  it("says so where the broker is not the one it should be", async () => {
    const other = mkdtempSync(join(tmpdir(), "boom-box-"));
    await ensureCertificates({ directory: other, things: ["lot-1"] });
    const { caPem } = await readIdentity(other, "service");
    rmSync(other, { recursive: true });
    const port = await server(() => {});
    await assertRefused(port, /certificate|self.signed|verify/i, { ...broker.identity, caPem });
  });
});
