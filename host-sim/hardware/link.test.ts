import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { createSecureContext } from "node:tls";
import type { TLSSocket } from "../../device/hal.ts";
import { FaultyLink } from "./link.ts";
import { makePeers, type Peers } from "./peers.fake.ts";

describe("FaultyLink", function () {
  this.timeout(20_000);
  let peers: Peers;
  let link: FaultyLink;
  let sockets: TLSSocket[];

  beforeEach(async () => {
    peers = await makePeers();
    link = new FaultyLink();
    sockets = [];
  });
  afterEach(async () => {
    for (const socket of sockets) socket.close();
    link.abandon();
    await peers.dispose();
  });

  /** A connection to the echo peer, and what it receives. */
  function open() {
    const heard: string[] = [];
    const received: Uint8Array[] = [];
    let room = 0;
    const identity = { secureContext: createSecureContext(peers.device) };
    const socket = link.connect(
      {
        ...peers.echo,
        onWritable: (count) => {
          room = count;
          heard.push("writable");
        },
        onReadable: () => {
          const bytes = socket.read();
          if (bytes !== undefined) received.push(bytes);
        },
        onError: (reason, detail) => heard.push(`${reason}: ${detail}`),
      },
      identity,
    );
    sockets.push(socket);
    return { socket, heard, received: () => Buffer.concat(received), room: () => room };
  }

  async function until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2));
  }

  /** Longer than any pending traffic on loopback takes. */
  const pause = () => new Promise((resolve) => setTimeout(resolve, 100));

  it("carries every byte in order despite latency and loss, within the reported room", async () => {
    link.latencyMs = 3;
    link.lossPercent = 5;
    const sent = randomBytes(200_000);
    const { socket, heard, received, room } = open();
    await until(() => heard.length > 0);
    let told = room();
    for (let at = 0; at < sent.length; ) {
      const calls = heard.length;
      const part = sent.subarray(at, at + Math.min(told, 5_000));
      at += part.length;
      told = socket.write(part);
      if (told > 0 || at === sent.length) continue;
      await until(() => heard.length > calls);
      told = room();
    }
    link.lossPercent = 0;
    await until(() => received().length === sent.length);
    assert.ok(received().equals(sent));
    assert.ok(heard.every((word) => word === "writable"));
  });

  it("takes four trips to connect, and one each way for data", async () => {
    link.latencyMs = 30;
    const from = performance.now();
    const { socket, heard, received } = open();
    await until(() => heard.length > 0);
    assert.ok(performance.now() - from >= 119);
    socket.write(Uint8Array.of(1));
    await until(() => received().length > 0);
    assert.ok(performance.now() - from >= 178);
  });

  it("cuts connections when the broker goes down, refuses new ones, and accepts them afterwards", async () => {
    const first = open();
    await until(() => first.heard.length > 0);
    link.refuse(true);
    assert.deepEqual(first.heard, ["writable", "closed: the broker is down"]);
    const second = open();
    assert.deepEqual(second.heard, []);
    await until(() => second.heard.length > 0);
    assert.deepEqual(second.heard, ["refused: the broker is down"]);
    link.refuse(false);
    const third = open();
    await until(() => third.heard.length > 0);
    assert.deepEqual(third.heard, ["writable"]);
  });

  it("notifies neither end if the path between them is gone", async () => {
    const { socket, heard, received } = open();
    await until(() => heard.length > 0);
    link.abandon();
    socket.write(Uint8Array.of(1, 2, 3));
    socket.close();
    peers.hangUp();
    await pause();
    assert.deepEqual(heard, ["writable"]);
    assert.equal(received().length, 0);
    assert.equal(peers.receivedByEcho().length, 0);
  });

  it("does not notify the peer of a lost close, and keeps no state of it", async () => {
    const { socket, heard } = open();
    await until(() => heard.length > 0);
    link.lossPercent = 100;
    socket.write(Uint8Array.of(1, 2, 3));
    socket.close();
    await pause();
    assert.equal(peers.receivedByEcho().length, 0);
  });

  it("never connects if it is closed before", async () => {
    link.latencyMs = 20;
    const { socket, heard } = open();
    socket.close();
    await pause();
    assert.deepEqual(heard, []);
  });
});
