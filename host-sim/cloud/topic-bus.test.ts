import assert from "node:assert/strict";
import type { AedesPublishPacket } from "aedes";
import { TopicBus } from "./topic-bus.ts";

const packetOn = (topic: string): AedesPublishPacket => ({
  cmd: "publish",
  topic,
  payload: "x",
  qos: 0,
  dup: false,
  retain: false,
  brokerId: "broker",
  brokerCounter: 1,
});

describe("TopicBus", () => {
  let bus: TopicBus;
  let heard: string[];
  const listener = (name: string) => (packet: AedesPublishPacket) => {
    heard.push(`${name}: ${packet.topic}`);
  };

  function emit(...topics: string[]): void {
    for (const topic of topics) bus.emit(packetOn(topic), (error) => assert.ifError(error));
  }

  beforeEach(() => {
    bus = new TopicBus();
    heard = [];
  });

  it("delivers to all matching filters, and no others", () => {
    bus.on("a/b", listener("exact"));
    bus.on("a/b", listener("exact too"));
    bus.on("a/+", listener("plus"));
    bus.on("a/#", listener("hash"));
    bus.on("c", listener("other"));
    emit("a/b", "a", "a/b/c");
    assert.deepEqual(heard, [
      ...["exact: a/b", "exact too: a/b", "plus: a/b", "hash: a/b"],
      "hash: a/b/c",
    ]);
  });

  it("does not deliver to removed listeners", () => {
    const [gone, goneToo] = [listener("gone"), listener("gone too")];
    let removed = 0;
    bus.on("a", gone);
    bus.on("a", listener("stays"));
    bus.on("+", goneToo);
    bus.removeListener("a", gone, () => removed++);
    bus.removeListener("+", goneToo, () => removed++);
    bus.removeListener("never", gone, () => removed++);
    emit("a");
    assert.deepEqual(heard, ["stays: a"]);
    assert.equal(removed, 3);
  });

  it("does not wait for its listeners", () => {
    bus.on("a", () => {});
    let isDone = false;
    bus.emit(packetOn("a"), () => {
      isDone = true;
    });
    assert.ok(isDone);
  });

  it("reports an error after close, and delivers nothing", async () => {
    bus.on("a", listener("late"));
    await new Promise<void>((resolve) => bus.close(resolve));
    let refusal: Error | undefined;
    bus.emit(packetOn("a"), (error) => {
      refusal = error;
    });
    assert.match(String(refusal), /closed/);
    assert.deepEqual(heard, []);
  });
});
