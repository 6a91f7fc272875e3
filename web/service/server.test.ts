import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type SinonFakeTimers, useFakeTimers } from "sinon";
import type { Gate } from "../domain/entities.ts";
import { Browser } from "./browser.rig.ts";
import { EventReader } from "./event-reader.rig.ts";
import { type RunningServer, serve } from "./server.ts";
import { Rig, until } from "./service.rig.ts";

const origin = "http://localhost:8080";

describe("the service on a socket", function () {
  this.timeout(20_000);
  let rig: Rig;
  let gate: Gate;
  let server: RunningServer;
  let isStopped: boolean;
  let clock: SinonFakeTimers;

  beforeEach(async () => {
    clock = useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    rig = await Rig.make({ environment: { BOOM_BOX_WEB_ORIGIN: origin } });
    gate = await rig.gate();
    await rig.service.start();
    const timeouts = { headersTimeoutMs: 300, requestTimeoutMs: 300, stopLimitMs: 5_000 };
    server = await serve(rig.service, { host: "127.0.0.1", port: 0, ...timeouts });
    isStopped = false;
  });

  afterEach(async () => {
    if (!isStopped) await server.stop();
    clock.restore();
    await rig.place.remove();
  });

  it("leaves room for others when one client keeps many connections open", async () => {
    await server.stop();
    const host = { host: "127.0.0.1", port: 0 };
    rig = await Rig.make({ environment: { BOOM_BOX_WEB_ORIGIN: origin } });
    await rig.service.start();
    server = await serve(rig.service, { ...host, connectionsPerClient: 20 });
    const held = await Promise.all(
      Array.from({ length: 60 }, () => {
        const connection = raw();
        connection.socket.write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
        return new Promise<ReturnType<typeof raw>>((resolve) => {
          connection.socket.once("data", () => resolve(connection));
          connection.socket.once("close", () => resolve(connection));
        });
      }),
    );
    assert.equal(held.filter(({ socket }) => !socket.destroyed).length, 20);
    const other = connect({ port: server.port, host: "127.0.0.1", localAddress: "127.0.0.2" });
    other.write("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    const [answer] = (await once(other, "data")) as [Buffer];
    assert.match(String(answer), /^HTTP\/1\.1 200/);
    // Room that becomes free is given again.
    held.find(({ socket }) => !socket.destroyed)?.socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal((await fetch(`http://127.0.0.1:${server.port}/healthz`)).status, 200);
    for (const { socket } of held) socket.destroy();
  });

  const stop = () => {
    isStopped = true;
    return server.stop();
  };

  function browser(): Browser {
    return new Browser(
      (path, init) => fetch(`http://127.0.0.1:${server.port}${path}`, init),
      origin,
    );
  }

  async function colleague(): Promise<Browser> {
    const { person } = await rig.colleague(gate);
    return rig.signedIn(person, browser());
  }

  function raw(): { socket: Socket; received: () => string; ended: Promise<void> } {
    const socket = connect(server.port, "127.0.0.1");
    let text = "";
    socket.on("data", (bytes) => {
      text += bytes.toString("latin1");
    });
    socket.on("error", () => {});
    const ended = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    return { socket, received: () => text, ended };
  }

  it("accepts a tap, and reports its outcome on the stream", async () => {
    const ada = await colleague();
    const events = new EventReader(await ada.get("/api/events"));
    assert.equal((await events.next())?.event, "gate");
    const id = randomUUID();
    rig.link.onCommand = () => rig.link.event("box-1", { id });
    assert.equal((await ada.post("/api/gates/north/open", { id })).status, 202);
    const states: string[] = [];
    while (states.at(-1) !== "opened") {
      const event = await events.next();
      if (event?.event === "request") states.push(event.data.state);
    }
    assert.equal((await rig.store.request(id))?.address, "127.0.0.1");
    await events.cancel();
    await until(async () => (await rig.metrics.expose()).text.includes("boom_box_web_streams 0"));
  });

  it("ends the stream of a client that does not read", async () => {
    const { person } = await rig.colleague(gate);
    await rig.manyGates(200, person);
    const ada = await rig.signedIn(person, browser());
    const cookie = [...ada.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const { socket } = raw();
    socket.pause();
    socket.write(`GET /api/events HTTP/1.1\r\nHost: localhost\r\nCookie: ${cookie}\r\n\r\n`);
    const isOpen = async () => (await rig.metrics.expose()).text.includes("web_streams 1");
    await until(isOpen);
    // Until the buffers of the sockets are full too, which takes some megabytes.
    for (let changes = 0; changes < 400 && (await isOpen()); changes++) {
      await rig.flap();
      clock.tick(5_000);
    }
    assert.equal(await isOpen(), false);
    socket.destroy();
  });

  it("stops reading a body at the limit, whatever its Content-Length", async () => {
    const ada = await colleague();
    const cookie = [...ada.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const { socket, received, ended } = raw();
    socket.write(
      `POST /api/gates/north/open HTTP/1.1\r\nHost: localhost\r\nOrigin: ${origin}\r\n` +
        `Cookie: ${cookie}\r\nX-CSRF-Token: ${ada.csrfToken}\r\n` +
        "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
    );
    const chunk = `1000\r\n${"x".repeat(4_096)}\r\n`;
    for (let chunks = 0; chunks < 8; chunks++) socket.write(chunk);
    await until(() => received().includes("\r\n\r\n"));
    assert.match(received(), /^HTTP\/1\.1 413 /);
    assert.match(received(), /too-large/);
    socket.destroy();
    await ended;
    assert.deepEqual(rig.link.sent, []);
  });

  it("disconnects a client that is slow with its head or its body", async () => {
    const head = raw();
    head.socket.write("GET / HTTP/1.1\r\nHost: loc");
    await head.ended;
    assert.match(head.received(), /^HTTP\/1\.1 408 /);
    const body = raw();
    body.socket.write(
      `POST /api/sign-out HTTP/1.1\r\nHost: localhost\r\nOrigin: ${origin}\r\n` +
        "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
    );
    await body.ended;
    assert.equal((await rig.browser().get("/healthz")).status, 200);
  });

  it("does not log an error when a client never finishes its body", async () => {
    const ada = await colleague();
    const cookie = [...ada.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    for (const [length, begun] of [
      ["Content-Length: 100", "{"],
      ["Transfer-Encoding: chunked", "1\r\n{\r\n"],
    ]) {
      const { socket, ended } = raw();
      socket.write(
        `POST /api/gates/north/open HTTP/1.1\r\nHost: localhost\r\nOrigin: ${origin}\r\n` +
          `Cookie: ${cookie}\r\nX-CSRF-Token: ${ada.csrfToken}\r\n` +
          `Content-Type: application/json\r\n${length}\r\n\r\n${begun}`,
      );
      await ended;
      await until(() => rig.log.lines.some(({ fields }) => fields.problem !== undefined));
      const lines = rig.log.lines.splice(0).filter(({ fields }) => fields.problem !== undefined);
      assert.deepEqual([lines[0]?.level, lines[0]?.fields.problem], ["info", "invalid"], length);
    }
    assert.ok(!rig.log.text.includes("unexpected"));
  });

  it("ends the streams first when it stops, and waits for the requests in progress", async () => {
    const ada = await colleague();
    const events = new EventReader(await ada.get("/api/events"));
    await events.next();
    const id = randomUUID();
    await ada.post("/api/gates/north/open", { id });
    let outcome: string | undefined;
    const { store } = rig;
    rig.link.close = async () => {
      outcome = (await store.request(id))?.state;
    };
    const stopped = stop();
    while ((await events.next()) !== undefined);
    await assert.rejects(ada.get("/healthz"));
    rig.link.event("box-1", { id });
    await stopped;
    assert.equal(outcome, "opened");
  });

  it("finishes a tap that is being recorded when it stops", async () => {
    let release: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let isHeld = false;
    const slow = await Rig.make({
      place: rig.place,
      environment: { BOOM_BOX_WEB_ORIGIN: origin },
      wrapStore: (store) => ({
        ...store,
        recordRequest: async (request) => {
          isHeld = true;
          await held;
          return store.recordRequest(request);
        },
      }),
    });
    await slow.service.start();
    const { person } = await slow.colleague(gate);
    const options = { host: "127.0.0.1", port: 0, stopLimitMs: 5_000 };
    const other = await serve(slow.service, options);
    const fetchThere = (path: string, init: RequestInit) =>
      fetch(`http://127.0.0.1:${other.port}${path}`, init);
    const ada = await slow.signedIn(person, new Browser(fetchThere, origin));
    const id = randomUUID();
    const answer = ada.post("/api/gates/north/open", { id });
    await until(() => isHeld);
    const stopped = other.stop();
    slow.link.onCommand = () => slow.link.event("box-1", { id });
    release();
    assert.equal((await answer).status, 202);
    await stopped;
    assert.equal(slow.link.sent.length, 1);
    assert.equal((await rig.store.request(id))?.state, "opened");
  });

  it("rejects when it cannot listen", async () => {
    const options = { host: "127.0.0.1", port: server.port };
    await assert.rejects(serve(rig.service, options), /EADDRINUSE/);
  });
});
