import assert from "node:assert/strict";
import { generate, type IPublishPacket } from "mqtt-packet";
import { DeliveryWindow } from "./delivery-window.ts";
import { publishIdentifier } from "./frames.ts";

function message(messageId: number): Buffer {
  const packet: IPublishPacket = {
    cmd: "publish",
    topic: "gate/lot-1/command",
    payload: "open",
    qos: 1,
    messageId,
    dup: false,
    retain: false,
  };
  return generate(packet);
}
const identifiers = (frames: readonly Buffer[]) => frames.map(publishIdentifier);

describe("DeliveryWindow", () => {
  let window: DeliveryWindow;

  beforeEach(() => {
    window = new DeliveryWindow({ unacknowledged: 2, replaysPerSecond: 10 }, 0);
  });

  it("lets messages pass until too many are unacknowledged, then one for each PUBACK, in order", () => {
    assert.equal(window.admit(message(1), false, 0), true);
    assert.equal(window.admit(message(2), false, 0), true);
    assert.equal(window.admit(message(3), false, 0), false);
    assert.equal(window.admit(message(4), false, 0), false);
    assert.deepEqual(window.release(0), []);
    assert.equal(window.msUntilRelease(0), undefined, "only a PUBACK can help");
    window.acknowledge(1);
    assert.equal(window.msUntilRelease(0), 0);
    assert.deepEqual(identifiers(window.release(0)), [3]);
    assert.deepEqual(window.release(0), []);
    window.acknowledge(2);
    window.acknowledge(3);
    assert.deepEqual(identifiers(window.release(0)), [4]);
    assert.equal(window.msUntilRelease(0), undefined, "nothing waits");
  });

  it("ignores a PUBACK of an unknown message", () => {
    window.admit(message(1), false, 0);
    window.admit(message(2), false, 0);
    window.admit(message(3), false, 0);
    window.acknowledge(3);
    window.acknowledge(9);
    assert.deepEqual(window.release(0), []);
  });

  it("spaces replayed messages, ten per second", () => {
    assert.equal(window.admit(message(1), true, 0), true);
    assert.equal(window.admit(message(2), true, 0), false);
    assert.equal(window.msUntilRelease(0), 100);
    assert.deepEqual(window.release(99), []);
    assert.equal(window.msUntilRelease(99), 1);
    assert.deepEqual(identifiers(window.release(100)), [2]);
  });

  it("keeps the order: a new message waits behind a replayed one", () => {
    window.admit(message(1), true, 0);
    window.admit(message(2), true, 0);
    assert.equal(window.admit(message(3), false, 0), false);
    window.acknowledge(1);
    assert.deepEqual(window.release(0), []);
    window.acknowledge(2);
    assert.deepEqual(identifiers(window.release(100)), [2, 3]);
  });

  it("does not speed up a replay on a PUBACK, or exceed the window", () => {
    window = new DeliveryWindow({ unacknowledged: 1, replaysPerSecond: 10 }, 0);
    window.admit(message(1), true, 0);
    window.admit(message(2), true, 0);
    assert.deepEqual(window.release(1_000), []);
    assert.equal(window.msUntilRelease(1_000), undefined);
    window.acknowledge(1);
    assert.deepEqual(identifiers(window.release(1_000)), [2]);
  });
});
