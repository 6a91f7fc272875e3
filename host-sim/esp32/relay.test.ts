import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { Relay } from "./relay.ts";

describe("the relay before an emulated box's broker", () => {
  let echo: Server;
  let relay: Relay;
  let clients: Socket[];

  beforeEach(async () => {
    clients = [];
    echo = createServer((socket) => {
      socket.on("error", () => {});
      socket.pipe(socket);
    });
    echo.listen(0, "127.0.0.1");
    await once(echo, "listening");
    const address = echo.address();
    assert.ok(typeof address === "object" && address !== null);
    relay = await Relay.listen(0, { host: "127.0.0.1", port: address.port });
  });

  afterEach(async () => {
    for (const client of clients) client.destroy();
    await relay.close();
    echo.close();
  });

  async function open(): Promise<Socket> {
    const client = connect(relay.port, "127.0.0.1");
    client.on("error", () => {});
    clients.push(client);
    await once(client, "connect");
    return client;
  }

  async function roundTrip(client: Socket): Promise<number> {
    const sentAt = performance.now();
    client.write("hello");
    const [bytes] = await once(client, "data");
    assert.equal(String(bytes), "hello");
    return performance.now() - sentAt;
  }

  it("passes bytes on, both ways, with the set latency", async () => {
    const client = await open();
    await roundTrip(client);
    relay.latencyMs = 60;
    assert.ok((await roundTrip(client)) >= 118);
  });

  it("cuts and refuses connections while the broker is down, and accepts them afterwards", async () => {
    const client = await open();
    await roundTrip(client);
    relay.refuse(true);
    await once(client, "close");
    const refused = await open();
    await once(refused, "close");
    relay.refuse(false);
    await roundTrip(await open());
  });

  it("ends one side when the other ends", async () => {
    const client = await open();
    await roundTrip(client);
    client.end();
    await once(client, "close");
  });

  it("reports that its port is in use", async () => {
    await assert.rejects(Relay.listen(relay.port, { host: "127.0.0.1", port: 1 }), /EADDRINUSE/);
  });
});
