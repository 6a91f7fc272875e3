import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer, type Server, type TLSSocket } from "node:tls";
import sinon from "sinon";
import { serviceClientIdPrefix } from "../../device/messages/topics.ts";
import { startLocalCloud } from "../../host-sim/cloud/one-project.ts";
import { FakeGateLink } from "../../web/cloud/gate-link.fake.ts";
import type { BoxGate } from "../../web/cloud/gate-link.ts";
import type { Broker } from "../broker/options.ts";
import { readIdentity } from "../certs/identity.ts";
import { ensureCertificates } from "../certs/store.ts";
import { Opener } from "./open-once.ts";

const now = 1_700_000_000_000;
const nowhere = { endpoint: "broker.test", port: 8883 } as Broker;

describe("an opener", () => {
  let clock: sinon.SinonFakeTimers;
  let links: FakeGateLink[];
  let opener: Opener;
  let makeOpener: (named?: readonly BoxGate[]) => Opener;

  beforeEach(() => {
    clock = sinon.useFakeTimers({ now, toFake: ["Date", "setTimeout", "clearTimeout"] });
    links = [];
    makeOpener = (named) =>
      new Opener(nowhere, named, async () => {
        const link = new FakeGateLink();
        links.push(link);
        return link;
      });
    opener = makeOpener();
  });
  afterEach(() => clock.restore());

  /** Lets every pending promise settle. */
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const open = () => opener.open("lot-1", "Alice", 10_000);
  const link = () => links.at(-1) ?? assert.fail("no link was made");
  const sent = () => link().sent.at(-1) ?? assert.fail("nothing was sent");
  const assertNoTimer = () => assert.equal(clock.countTimers(), 0);

  it("subscribes first, then sends one command that is valid for ten seconds", async () => {
    const outcome = open();
    await settle();
    const { id, ...rest } = sent();
    assert.match(id, /^[\da-f-]{36}$/);
    const times = { issuedAt: now, expiresAt: now + 10_000 };
    assert.deepEqual(rest, { thingName: "lot-1", output: null, by: "Alice", ...times });
    assert.deepEqual(link().watched, [], "the events of a box need no more");
    assert.equal(link().sent.length, 1);
    clock.tick(10_000);
    await outcome;
  });

  it("returns the box's report of this command", async () => {
    const outcome = open();
    await settle();
    link().event("lot-1", { id: sent().id, pulseMs: 501, at: now + 900 });
    const report = await outcome;
    assert.deepEqual([report?.outcome, report?.pulseMs, report?.at], ["opened", 501, now + 900]);
    assertNoTimer();
  });

  it("sends it to a named gate, and hears the events of such gates first", async () => {
    const named = [{ thingName: "lot-1", output: "out" }];
    opener = makeOpener(named);
    const outcome = opener.open("lot-1", "Alice", 10_000, "out");
    await settle();
    assert.equal(sent().output, "out");
    assert.deepEqual(link().watched, named);
    link().event("lot-1", { id: sent().id }, "out");
    assert.equal((await outcome)?.outcome, "opened");
  });

  it("returns the refusal of a gate that the box does not have", async () => {
    const outcome = opener.open("lot-1", "Alice", 10_000, "no-such");
    await settle();
    // It comes on the box's own topic.
    link().event("lot-1", { id: sent().id, outcome: "refused", reason: "unknown-gate" }, null);
    assert.equal((await outcome)?.reason, "unknown-gate");
  });

  it("returns a refusal too", async () => {
    const outcome = open();
    await settle();
    link().event("lot-1", { id: sent().id, outcome: "refused", reason: "cooldown" });
    assert.equal((await outcome)?.reason, "cooldown");
  });

  it("accepts an answer that comes before the broker's acknowledgement", async () => {
    const outcome = open();
    // One turn connects. The command sent after it is never acknowledged.
    await Promise.resolve();
    link().result = new Promise(() => {});
    await settle();
    link().event("lot-1", { id: sent().id });
    assert.equal((await outcome)?.outcome, "opened");
    assertNoTimer();
  });

  it("ignores the events of other commands", async () => {
    const outcome = open();
    await settle();
    const { id } = sent();
    link().event("lot-1", { id: "another" });
    link().event("lot-1", { id: null });
    link().event("lot-2", { id });
    link().online("lot-1");
    clock.tick(10_000);
    assert.equal(await outcome, undefined);
    assertNoTimer();
  });

  it("keeps two concurrent commands apart", async () => {
    const [first, second] = [open(), open()];
    await settle();
    const [one, other] = link().sent;
    assert.ok(one !== undefined && other !== undefined && one.id !== other.id);
    assert.equal(links.length, 1, "one connection for both");
    link().event("lot-1", { id: other.id, outcome: "refused", reason: "busy" });
    link().event("lot-1", { id: one.id });
    assert.equal((await first)?.outcome, "opened");
    assert.equal((await second)?.reason, "busy");
  });

  it("waits as long as the timeout, and no longer", async () => {
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

  it("keeps waiting for the event when the acknowledgement does not arrive", async () => {
    const outcome = open();
    await Promise.resolve();
    link().result = { type: "unknown", detail: "no acknowledgement" };
    await settle();
    link().event("lot-1", { id: sent().id });
    assert.equal((await outcome)?.outcome, "opened");
  });

  it("reports a lost connection at once, and that the gate may have opened", async () => {
    const outcome = open();
    await settle();
    link().listening(false);
    await assert.rejects(outcome, {
      name: "UserError",
      message: "the connection to the broker was lost: it is not known whether lot-1 opened",
    });
    assertNoTimer();
    assert.equal(link().isClosed, true);
  });

  it("reports that nothing was sent when the link did not accept the command", async () => {
    const outcome = open();
    await Promise.resolve();
    link().result = { type: "not-sent", detail: "no connection to the broker" };
    await assert.rejects(outcome, {
      name: "UserError",
      message: "the command for lot-1 was not sent (no connection to the broker)",
    });
    assertNoTimer();
  });

  it("connects again for the next command after a connection was lost", async () => {
    const lost = open();
    await settle();
    link().listening(false);
    await assert.rejects(lost);
    const outcome = open();
    await settle();
    assert.equal(links.length, 2);
    link().event("lot-1", { id: sent().id });
    assert.equal((await outcome)?.outcome, "opened");
  });

  it("rejects the pending commands when it is closed", async () => {
    const outcome = open();
    await settle();
    await Promise.all([assert.rejects(outcome, /was lost/), opener.close()]);
    assertNoTimer();
  });

  it("closes the connection, and can be closed twice", async () => {
    const outcome = open();
    await settle();
    link().event("lot-1", { id: sent().id });
    await outcome;
    await opener.close();
    await opener.close();
    assert.equal(link().isClosed, true);
  });
});

describe("an opener with a real broker", function () {
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
      service: { certificate: broker.identity.certificatePem },
    });
    ended.push(() => standIn.close());
    return standIn;
  }

  /** A TLS server that calls `greet` with each client. */
  async function server(greet: (socket: TLSSocket) => void): Promise<number> {
    const own = await readIdentity(certs, "server");
    const options = { ca: own.caPem, cert: own.chainPem, key: own.keyPem, requestCert: true };
    const listener: Server = createServer(options, (socket) => {
      socket.on("error", () => {});
      // Without it, the server would never see that the client closed the connection.
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
    assert.rejects(
      new Opener({ ...broker, port, identity }).open("lot-1", "Alice", 5_000),
      (error: Error) => {
        assert.equal(error.name, "UserError", String(error.stack));
        const [, inner = ""] =
          /^no connection to localhost:\d+ \((.+)\): is the broker running, and are these its certificates\?$/.exec(
            error.message,
          ) ?? assert.fail(error.message);
        assert.match(inner, detail);
        return true;
      },
    );

  it("connects to the stand-in, and notices when the stand-in drops it", async () => {
    const standIn = await cloud();
    const opener = new Opener({ ...broker, port: standIn.port });
    assert.equal(await opener.open("lot-1", "Alice", 100), undefined);
    const [clientId = ""] = standIn.connectedClients();
    assert.ok(clientId.startsWith(serviceClientIdPrefix));
    const outcome = opener.open("lot-1", "Alice", 5_000);
    standIn.dropAll();
    await assert.rejects(outcome, /^UserError: the connection to the broker was lost/);
    assert.equal(await opener.open("lot-1", "Alice", 100), undefined, "connects again");
    await opener.close();
    assert.deepEqual(standIn.connectedClients(), []);
  });

  it("reports that no broker is listening", async () => {
    const port = await server(() => {});
    await ended.pop()?.();
    await assertRefused(port, /ECONNREFUSED/);
  });

  it("reports that the broker closed the connection without an answer, as AWS does", async () => {
    const port = await server((socket) => socket.once("data", () => socket.end()));
    await assertRefused(port, /closed the connection/);
  });

  it("reports that the broker refused the connection as not authorized", async () => {
    const notAuthorized = Buffer.from([0x20, 2, 0, 5]);
    const port = await server((socket) => socket.once("data", () => socket.end(notAuthorized)));
    await assertRefused(port, /Not authorized/);
  });

  it("reports that the server does not speak MQTT", async () => {
    const port = await server((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    await assertRefused(port, /header flag|packet/i);
  });

  it("reports that the broker does not accept the client's certificate", async () => {
    const standIn = await cloud();
    const stranger = await readIdentity(certs, "lot-1");
    await assertRefused(standIn.port, /closed the connection|alert|ECONNRESET/, stranger);
  });

  it("reports that the broker's certificate is not trusted", async () => {
    const other = mkdtempSync(join(tmpdir(), "boom-box-"));
    await ensureCertificates({ directory: other, things: ["lot-1"] });
    const { caPem } = await readIdentity(other, "service");
    rmSync(other, { recursive: true });
    const port = await server(() => {});
    await assertRefused(port, /certificate|self.signed|verify/i, { ...broker.identity, caPem });
  });
});
