import assert from "node:assert/strict";
import sinon from "sinon";
import { Lane } from "./lane.ts";

describe("Lane", () => {
  let clock: sinon.SinonFakeTimers;
  let conditions: { latencyMs: number; lossPercent: number; random: () => number };
  let arrived: string[];
  let lane: Lane;

  beforeEach(() => {
    clock = sinon.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    conditions = { latencyMs: 0, lossPercent: 0, random: () => 0.5 };
    arrived = [];
    lane = new Lane(conditions);
  });
  afterEach(() => clock.restore());

  const push = (name: string, trips?: number) => lane.push(() => arrived.push(name), trips);

  it("lets through at once what is neither late nor lost", () => {
    push("a");
    assert.deepEqual(arrived, ["a"]);
    assert.equal(clock.countTimers(), 0);
  });

  it("delivers after the latency, and after each trip's for what goes more than once", () => {
    conditions.latencyMs = 100;
    push("handshake", 4);
    push("a");
    clock.tick(398);
    assert.deepEqual(arrived, []);
    clock.tick(2);
    assert.deepEqual(arrived, ["handshake", "a"]);
  });

  it("keeps the order where the latency becomes less", () => {
    conditions.latencyMs = 100;
    push("a");
    conditions.latencyMs = 0;
    push("b");
    clock.tick(50);
    assert.deepEqual(arrived, []);
    clock.tick(50);
    assert.deepEqual(arrived, ["a", "b"]);
  });

  it("repeats what is lost after 200 ms, then after twice as long, and what is behind it waits", () => {
    conditions.lossPercent = 50;
    conditions.random = () => 0.4;
    push("a");
    push("b");
    clock.tick(200);
    conditions.random = () => 0.6;
    clock.tick(398);
    assert.deepEqual(arrived, []);
    clock.tick(2);
    assert.deepEqual(arrived, ["a", "b"]);
  });

  it("is silent while all is lost, and comes back with a repetition, a minute apart at most", () => {
    conditions.lossPercent = 100;
    push("a");
    clock.tick(3_600_000);
    assert.deepEqual(arrived, []);
    conditions.lossPercent = 0;
    clock.tick(60_000);
    assert.deepEqual(arrived, ["a"]);
  });

  it("delivers nothing once it is cleared, not even from within a delivery", () => {
    conditions.latencyMs = 10;
    lane.push(() => lane.clear());
    push("b");
    clock.tick(1_000);
    assert.deepEqual(arrived, []);
    assert.equal(clock.countTimers(), 0);
  });

  it("delivers what is pushed from within a delivery after it", () => {
    lane.push(() => {
      arrived.push("a");
      push("b");
    });
    assert.deepEqual(arrived, ["a", "b"]);
  });
});
