import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import sinon from "sinon";
import { awsLimits } from "./aws-limits.ts";
import { Inlet } from "./inlet.ts";

/** A packet of `length` bytes, at most 129, whose body is `mark`. */
const packet = (mark: number, length = 60) =>
  Buffer.of(0x30, length - 2, ...Array(length - 2).fill(mark));

describe("Inlet", () => {
  let clock: sinon.SinonFakeTimers;
  let socket: PassThrough;
  let inlet: Inlet;
  let heard: (number | string | undefined)[];
  let onFrame: (mark: number | undefined) => void;

  /** With 100 bytes a second, and payloads of 10 bytes. */
  beforeEach(() => {
    clock = sinon.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    socket = new PassThrough();
    heard = [];
    onFrame = () => {};
    const limits = { ...awsLimits, payloadBytes: 10, bytesPerSecond: 100 };
    inlet = new Inlet(socket, limits, () => clock.now, {
      onFrame: (frame) => {
        heard.push(frame[2]);
        onFrame(frame[2]);
      },
      onProblem: (problem) => heard.push(problem),
      onEnd: () => heard.push("end"),
    });
  });
  afterEach(() => clock.restore());

  const arrive = (...chunks: readonly Buffer[]) => socket.emit("data", Buffer.concat(chunks));

  it("passes packets on at the rate limit, and reads nothing meanwhile", () => {
    arrive(packet(1), packet(2), packet(3));
    assert.deepEqual(heard, [1]);
    assert.ok(socket.isPaused());
    clock.tick(199);
    assert.deepEqual(heard, [1]);
    clock.tick(1);
    assert.deepEqual(heard, [1, 2]);
    clock.tick(600);
    assert.deepEqual(heard, [1, 2, 3]);
    assert.ok(!socket.isPaused());
  });

  it("keeps the order of packets that arrive while it waits", () => {
    arrive(packet(1), packet(2));
    arrive(packet(3, 2));
    assert.deepEqual(heard, [1]);
    clock.tick(1_000);
    assert.deepEqual(heard, [1, 2, undefined]);
  });

  it("keeps the rate even if the reader is ready", () => {
    arrive(packet(1), packet(2));
    inlet.resume();
    assert.ok(socket.isPaused());
    clock.tick(200);
    assert.ok(!socket.isPaused());
  });

  it("stops for a busy reader", () => {
    inlet.pause();
    assert.ok(socket.isPaused());
    inlet.resume();
    assert.ok(!socket.isPaused());
  });

  it("passes everything on at once when the client has gone, then reports the end", () => {
    arrive(packet(1), packet(2), packet(3));
    socket.emit("end");
    assert.deepEqual(heard, [1, 2, 3, "end"]);
    assert.equal(clock.countTimers(), 0);
  });

  it("passes nothing on after close: waiting packets, new ones, or the end", () => {
    arrive(packet(1), packet(2));
    inlet.close();
    assert.equal(clock.countTimers(), 0);
    arrive(packet(3), Buffer.of(0x30, 0xff, 0xff, 0xff, 0xff));
    socket.emit("end");
    assert.deepEqual(heard, [1]);
  });

  it("passes nothing on after the packet at which its reader closed it", () => {
    onFrame = () => inlet.close();
    arrive(packet(1, 10), packet(2, 10), Buffer.of(0x30, 0xff, 0xff, 0xff, 0xff));
    assert.deepEqual(heard, [1]);
  });

  it("passes nothing on after such a packet when the client has gone", () => {
    onFrame = (mark) => mark === 2 && inlet.close();
    arrive(packet(1), packet(2), packet(3));
    socket.emit("end");
    assert.deepEqual(heard, [1, 2]);
  });

  it("accepts a packet with the largest payload, but no larger one", () => {
    const fits = Buffer.alloc(10 + 4_096, 7);
    fits.set([0x30, 0x87, 0x20]); // 7 + 32 * 128 = 4103, and 3 bytes of header
    arrive(fits);
    assert.deepEqual(heard, [0x20]);
    arrive(Buffer.of(0x30, 0x88, 0x20));
    assert.deepEqual(heard, [0x20, "a packet of 4107 bytes"]);
  });
});
