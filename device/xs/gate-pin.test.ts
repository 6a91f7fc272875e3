import assert from "node:assert/strict";
import { openGatePin } from "./gate-pin.ts";
import { FakeDigital } from "./moddable.fake.ts";

describe("the gate's pin on Moddable", () => {
  it("is an output that starts LOW, and is held forever", () => {
    const holder: { gatePin21?: FakeDigital; gatePin22?: FakeDigital } = {};
    const pin = openGatePin(FakeDigital, 21, holder);
    assert.deepEqual(holder.gatePin21?.options, {
      pin: 21,
      mode: FakeDigital.Output,
      initialValue: 0,
    });
    assert.equal(holder.gatePin21, pin);
    const { writable, configurable } = Object.getOwnPropertyDescriptor(holder, "gatePin21") ?? {};
    openGatePin(FakeDigital, 22, holder);
    assert.equal(holder.gatePin22?.options.pin, 22, "beside the first");
    assert.deepEqual([writable, configurable], [false, false]);
  });
});
