import assert from "node:assert/strict";
import fc from "fast-check";
import { type SinonFakeTimers, useFakeTimers } from "sinon";
import type { ConnectionState } from "./core/connection.ts";
import { FakeDevice, FakePin } from "./device.fake.ts";
import { StatusLight } from "./status-light.ts";

describe("the status light", () => {
  let virtual: SinonFakeTimers;
  let led: FakePin;
  let light: StatusLight;

  beforeEach(() => {
    virtual = useFakeTimers();
    led = new FakePin();
    light = new StatusLight(led, new FakeDevice().timer);
  });
  afterEach(() => virtual.restore());

  /** When it rises, in ms from now. */
  function flashesWithin(ms: number): number[] {
    const rises: number[] = [];
    let before = 0;
    for (let at = 0; at < ms; at += 10) {
      if (led.value === 1 && before === 0) rises.push(at);
      before = led.value;
      virtual.tick(10);
    }
    return rises;
  }

  const steps: readonly [ConnectionState, number[]][] = [
    ["network", [0]],
    ["time", [0, 400]],
    ["tls", [0, 400, 800]],
    ["mqtt", [0, 400, 800, 1_200]],
  ];
  for (const [state, rises] of steps) {
    it(`flashes ${rises.length} times in ${state}, and goes on while the box waits to try again`, () => {
      light.connection(state);
      assert.deepEqual(flashesWithin(1_500), rises);
      light.connection("backoff");
      virtual.tick(60_000);
      assert.ok(led.writes.length > 20);
    });
  }

  it("shines while connected, and begins with the network when that is lost", () => {
    light.connection("connected");
    virtual.tick(3_600_000);
    assert.deepEqual(led.writes, [1]);
    light.connection("backoff");
    assert.deepEqual(flashesWithin(1_600), [0]);
  });

  it("blinks quickly while the button is pressed, and then says the same as before", () => {
    light.connection("connected");
    light.pulse(true);
    assert.equal(flashesWithin(500).length, 5);
    light.pulse(false);
    virtual.tick(1_000);
    assert.equal(led.value, 1);
  });

  it("stays dark when the box has stopped", () => {
    light.connection("tls");
    light.connection("stopped");
    virtual.tick(10_000);
    assert.equal(led.value, 0);
    assert.equal(virtual.countTimers(), 0);
  });

  it("never has more than two timers, whatever happens, and keeps what it was told meanwhile", () => {
    const states: readonly ConnectionState[] = [
      ...(["stopped", "network", "time", "tls", "mqtt", "connected", "backoff"] as const),
    ];
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.record({ type: fc.constant("state"), state: fc.constantFrom(...states) }),
            fc.record({ type: fc.constant("pulse"), isHigh: fc.boolean() }),
            fc.record({ type: fc.constant("override"), forMs: fc.nat(5_000) }),
            fc.record({ type: fc.constant("wait"), ms: fc.nat(5_000) }),
          ),
        ),
        (inputs) => {
          for (const input of inputs) {
            if ("state" in input) light.connection(input.state);
            else if ("isHigh" in input) light.pulse(input.isHigh);
            else if ("forMs" in input) light.override([70, 70], input.forMs);
            else virtual.tick(input.ms);
            assert.ok(virtual.countTimers() <= 2);
          }
          light.pulse(false);
          light.connection("connected");
          virtual.tick(5_001);
          assert.equal(led.value, 1);
        },
      ),
    );
  });
});
