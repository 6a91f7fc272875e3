import assert from "node:assert/strict";
import sinon from "sinon";
import { BoomGate, type BoomState } from "./boom-gate.ts";

describe("the boom gate", () => {
  let time: sinon.SinonFakeTimers;
  let gate: BoomGate;
  let log: [BoomState, number][];

  beforeEach(() => {
    time = sinon.useFakeTimers();
    gate = new BoomGate({ travelMs: 1_000, holdMs: 5_000 });
    log = [];
    gate.onChanged = (state) => log.push([state, time.now]);
  });

  afterEach(() => time.restore());

  it("is down, and stays down, until a signal", () => {
    time.tick(60_000);
    assert.equal(gate.state, "closed");
    assert.equal(gate.position, 0);
    assert.equal(gate.openings, 0);
    assert.deepEqual(log, []);
  });

  it("opens, holds, and closes by itself", () => {
    gate.handleSignal();
    time.tick(60_000);
    assert.deepEqual(log, [
      ["opening", 0],
      ["open", 1_000],
      ["closing", 6_000],
      ["closed", 7_000],
    ]);
    assert.equal(gate.openings, 1);
    assert.equal(time.countTimers(), 0);
  });

  it("moves evenly on its way up and down", () => {
    gate.handleSignal();
    time.tick(250);
    assert.equal(gate.position, 0.25);
    time.tick(750);
    assert.equal(gate.position, 1);
    time.tick(5_000 + 400);
    assert.equal(gate.state, "closing");
    assert.equal(gate.position, 0.6);
    time.tick(600);
    assert.equal(gate.position, 0);
  });

  it("ignores a signal while it opens", () => {
    gate.handleSignal();
    time.tick(900);
    gate.handleSignal();
    time.tick(100);
    assert.equal(gate.state, "open");
    assert.equal(gate.openings, 1);
    time.tick(5_000);
    assert.equal(gate.state, "closing");
  });

  it("stays open for longer at a signal while it is open", () => {
    gate.handleSignal();
    time.tick(1_000 + 4_999);
    gate.handleSignal();
    time.tick(4_999);
    assert.equal(gate.state, "open");
    assert.equal(gate.position, 1);
    time.tick(1);
    assert.equal(gate.state, "closing");
    assert.equal(gate.openings, 1);
  });

  it("opens again from where it was at a signal while it closes", () => {
    gate.handleSignal();
    time.tick(1_000 + 5_000 + 300);
    gate.handleSignal();
    assert.equal(gate.state, "opening");
    assert.ok(Math.abs(gate.position - 0.7) < 1e-9);
    assert.equal(gate.openings, 2);
    time.tick(299);
    assert.equal(gate.state, "opening");
    time.tick(2);
    assert.equal(gate.state, "open");
    time.tick(60_000);
    assert.equal(gate.state, "closed");
    assert.deepEqual(
      log.map(([state]) => state),
      ["opening", "open", "closing", "opening", "open", "closing", "closed"],
    );
  });

  it("with a remote of one button stops at a signal, and turns round at the next", () => {
    gate = new BoomGate({ travelMs: 1_000, holdMs: 5_000, signal: "toggles" });
    gate.onChanged = (state) => log.push([state, time.now]);
    gate.handleSignal();
    time.tick(400);
    gate.handleSignal();
    time.tick(60_000);
    assert.deepEqual([gate.state, gate.position], ["stopped", 0.4]);
    gate.handleSignal();
    time.tick(100);
    assert.ok(Math.abs(gate.position - 0.3) < 1e-9);
    gate.handleSignal();
    gate.handleSignal();
    time.tick(700);
    assert.equal(gate.state, "open");
    gate.handleSignal();
    time.tick(1_000);
    assert.deepEqual(
      log.map(([state]) => state),
      ["opening", "stopped", "closing", "stopped", "opening", "open", "closing", "closed"],
    );
    assert.equal(gate.openings, 2);
    assert.equal(time.countTimers(), 0);
  });

  it("opens for somebody who has no box, and closes by itself", () => {
    gate.openByHand();
    time.tick(500);
    gate.openByHand();
    time.tick(60_000);
    assert.deepEqual(
      log.map(([state]) => state),
      ["opening", "open", "closing", "closed"],
    );
    assert.equal(gate.openings, 1);
  });

  it("stays where it is held, whoever wants to open it, and then closes", () => {
    gate.setHeld(true);
    gate.handleSignal();
    gate.openByHand();
    time.tick(60_000);
    assert.equal(gate.state, "closed");
    gate.setHeld(false);
    gate.handleSignal();
    time.tick(3_000);
    gate.setHeld(true);
    time.tick(3_600_000);
    assert.deepEqual([gate.state, gate.position], ["open", 1]);
    gate.setHeld(false);
    time.tick(5_400);
    gate.setHeld(true);
    time.tick(60_000);
    assert.equal(gate.state, "stopped");
    assert.ok(Math.abs(gate.position - 0.6) < 1e-9);
    gate.setHeld(false);
    time.tick(600);
    assert.equal(gate.state, "closed");
    assert.equal(time.countTimers(), 0);
  });

  it("does not move when the power is off", () => {
    gate.handleSignal();
    time.tick(500);
    gate.powerOff();
    assert.equal(time.countTimers(), 0);
    time.tick(60_000);
    assert.deepEqual(log, [["opening", 0]]);
  });
});
