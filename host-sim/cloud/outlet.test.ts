import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { generate } from "mqtt-packet";
import sinon from "sinon";
import { awsLimits } from "./aws-limits.ts";
import { Outlet } from "./outlet.ts";

function message(topic: string, qos: 0 | 1 = 1, messageId = Number(topic)): Buffer {
  return generate({
    cmd: "publish",
    topic,
    payload: "x",
    qos,
    messageId,
    dup: false,
    retain: false,
  });
}

/** A socket whose peer reads only on request. */
class SlowSocket extends Writable {
  readonly written: Buffer[] = [];
  #more: (() => void) | undefined;
  isRead = true;

  constructor() {
    super({ highWaterMark: 1 });
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.written.push(chunk);
    this.#more = done;
    if (this.isRead) this.read();
  }

  read(): void {
    this.isRead = true;
    this.#more?.();
  }
}

describe("Outlet", () => {
  let clock: sinon.SinonFakeTimers;
  let socket: SlowSocket;
  let outlet: Outlet;
  let published: string[];
  let done: sinon.SinonSpy;

  beforeEach(() => {
    clock = sinon.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    socket = new SlowSocket();
    published = [];
    done = sinon.spy();
    outlet = new Outlet(socket, { ...awsLimits, unacknowledged: 3 }, () => clock.now, {
      onConnack: (connack) => connack.writeUInt8(1, 2),
      onPublish: (topic) => published.push(topic),
    });
  });
  afterEach(() => clock.restore());

  const send = (...frames: readonly Buffer[]) => outlet.send(Buffer.concat(frames), done);

  it("lets CONNACK be changed, and passes the rest unchanged", async () => {
    const pingresp = Buffer.of(0xd0, 0);
    send(Buffer.of(0x20, 2, 0, 0), pingresp, message("0", 0));
    await new Promise((resolve) => socket.end(resolve));
    assert.deepEqual(socket.written, [Buffer.of(0x20, 2, 1, 0), pingresp, message("0", 0)]);
    assert.deepEqual(published, ["0"]);
  });

  it("reports each message when it is sent: within the window at once, the rest on a PUBACK", () => {
    send(message("1"), message("2"), message("3"), message("4"), message("5"), message("0", 0));
    assert.deepEqual(published, ["1", "2", "3", "0"]);
    assert.equal(clock.countTimers(), 0, "only a PUBACK can help");
    outlet.acknowledge(2, clock.now);
    assert.deepEqual(published, ["1", "2", "3", "0", "4"]);
  });

  it("spaces replayed messages, ten per second, with one timer", () => {
    outlet.replaying = true;
    send(message("1"), message("2"));
    send(message("3"));
    assert.deepEqual(published, ["1"]);
    assert.equal(clock.countTimers(), 1);
    clock.tick(99);
    assert.deepEqual(published, ["1"]);
    clock.tick(1);
    assert.deepEqual(published, ["1", "2"]);
    clock.tick(100);
    assert.deepEqual(published, ["1", "2", "3"]);
    assert.equal(clock.countTimers(), 0);
  });

  it("continues a replay when a PUBACK makes room", () => {
    outlet.replaying = true;
    send(message("1"), message("2"), message("3"), message("4"));
    clock.tick(1_000);
    assert.deepEqual(published, ["1", "2", "3"]);
    outlet.acknowledge(1, clock.now);
    assert.deepEqual(published, ["1", "2", "3", "4"]);
    send(message("5"));
    outlet.acknowledge(2, clock.now);
    assert.deepEqual(published.length, 4, "not faster");
    clock.tick(100);
    assert.deepEqual(published, ["1", "2", "3", "4", "5"]);
  });

  it("sends nothing more once it is closed", () => {
    outlet.replaying = true;
    send(message("1"), message("2"));
    outlet.close();
    assert.equal(clock.countTimers(), 0);
  });

  it("requests more when the peer has read", async () => {
    socket.isRead = false;
    send(message("0", 0));
    assert.ok(done.notCalled);
    const drained = new Promise((resolve) => socket.once("drain", resolve));
    socket.read();
    await drained;
    assert.ok(done.calledOnce);
  });

  it("does not wait for a peer that has gone", async () => {
    socket.isRead = false;
    send(message("0", 0));
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.destroy();
    await closed;
    assert.ok(done.calledOnce);
    send(message("1"), message("0", 0));
    assert.ok(done.calledTwice);
    assert.deepEqual(published, ["0"]);
  });
});
