import assert from "node:assert/strict";
import { type SinonFakeTimers, useFakeTimers } from "sinon";
import { FakeButton, FakeDevice, FakePin } from "./device.fake.ts";
import { NetworkReset } from "./network-reset.ts";
import { StatusLight } from "./status-light.ts";

describe("the button that clears the networks", () => {
  let virtual: SinonFakeTimers;
  let button: FakeButton;
  let led: FakePin;
  let said: string[];

  beforeEach(() => {
    virtual = useFakeTimers();
    button = new FakeButton();
    led = new FakePin();
    said = [];
  });
  afterEach(() => virtual.restore());

  function begin(): void {
    const { timer } = new FakeDevice();
    new NetworkReset(
      { button, light: new StatusLight(led, timer) },
      timer,
      () => said.push("held"),
      () => said.push("reset"),
    );
  }

  function hold(forMs: number): void {
    button.become(true);
    virtual.tick(forMs);
    button.become(false);
  }

  it("does so when it is released after five seconds, and the light says when", () => {
    begin();
    button.become(true);
    virtual.tick(4_999);
    assert.deepEqual([said, led.value], [[], 0]);
    virtual.tick(1);
    assert.deepEqual([said, led.value], [["held"], 1]);
    button.become(false);
    assert.deepEqual(said, ["held", "reset"]);
    const edges = () => led.writes.filter((value, at) => value !== led.writes[at - 1]).length;
    const before = edges();
    virtual.tick(10_000);
    assert.equal(edges() - before, 19, "it blinks ten times");
    assert.equal(led.value, 0);
  });

  it("does nothing after a shorter time, and counts each time anew", () => {
    begin();
    hold(4_990);
    hold(4_990);
    virtual.tick(60_000);
    assert.deepEqual(said, []);
  });

  it("does nothing when it is held for half a minute, as by a serial adapter", () => {
    begin();
    hold(30_001);
    virtual.tick(60_000);
    assert.deepEqual([said, led.value], [["held"], 0]);
    hold(5_000);
    assert.deepEqual(said, ["held", "held", "reset"]);
  });

  it("does nothing when it was pressed before the start, which selects the boot mode", () => {
    button.isPressed = true;
    begin();
    virtual.tick(60_000);
    button.become(false);
    assert.deepEqual(said, []);
  });

  it("takes a bouncing contact for one press", () => {
    begin();
    for (let i = 0; i < 10; i++) {
      button.become(true);
      virtual.tick(1);
      button.become(false);
    }
    button.become(true);
    button.onChanged?.();
    virtual.tick(5_000);
    for (let i = 0; i < 10; i++) {
      button.become(false);
      button.become(true);
    }
    button.become(false);
    virtual.tick(60_000);
    assert.deepEqual(said, ["held", "reset"]);
  });
});
