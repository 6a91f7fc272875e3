import assert from "node:assert/strict";
import { openGatePin } from "./gate-pin.ts";
import { FakeDigital } from "./moddable.fake.ts";

describe("the gate's pin on Moddable", () => {
  it("is an output that starts LOW, and is held forever", () => {
    const holder: { gatePin?: FakeDigital } = {};
    const pin = openGatePin(FakeDigital, 21, holder);
    assert.deepEqual(holder.gatePin?.options, {
      pin: 21,
      mode: FakeDigital.Output,
      initialValue: 0,
    });
    assert.equal(holder.gatePin, pin);
    const { writable, configurable } = Object.getOwnPropertyDescriptor(holder, "gatePin") ?? {};
    assert.deepEqual([writable, configurable], [false, false]);
  });
});
