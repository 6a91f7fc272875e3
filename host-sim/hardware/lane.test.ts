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

  it("delivers at once without latency or loss", () => {
    push("a");
    assert.deepEqual(arrived, ["a"]);
    assert.equal(clock.countTimers(), 0);
  });

  it("delivers after the latency, once per trip", () => {
    conditions.latencyMs = 100;
    push("handshake", 4);
    push("a");
    clock.tick(398);
    assert.deepEqual(arrived, []);
    clock.tick(2);
    assert.deepEqual(arrived, ["handshake", "a"]);
  });

  it("keeps the order if the latency decreases", () => {
    conditions.latencyMs = 100;
    push("a");
    conditions.latencyMs = 0;
    push("b");
    clock.tick(50);
    assert.deepEqual(arrived, []);
    clock.tick(50);
    assert.deepEqual(arrived, ["a", "b"]);
  });

  it("retransmits after 200 ms, then after twice as long, and later parcels wait", () => {
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

  it("is silent while everything is lost, and retransmits at least once a minute", () => {
    conditions.lossPercent = 100;
    push("a");
    clock.tick(3_600_000);
    assert.deepEqual(arrived, []);
    conditions.lossPercent = 0;
    clock.tick(60_000);
    assert.deepEqual(arrived, ["a"]);
  });

  it("delivers nothing after clear, even within a delivery", () => {
    conditions.latencyMs = 10;
    lane.push(() => lane.clear());
    push("b");
    clock.tick(1_000);
    assert.deepEqual(arrived, []);
    assert.equal(clock.countTimers(), 0);
  });

  it("delivers parcels pushed during a delivery after it", () => {
    lane.push(() => {
      arrived.push("a");
      push("b");
    });
    assert.deepEqual(arrived, ["a", "b"]);
  });
});
