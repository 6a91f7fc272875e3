import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { describeDigitalInput } from "../digital-input.contract.ts";
import { XsInput } from "./input.ts";
import { FakeDigital } from "./moddable.fake.ts";

/** The SDK's Digital, as it is made. */
function makeInput(pull: "up" | "down" | "none") {
  const made: FakeDigital[] = [];
  class Digital extends FakeDigital {
    constructor(options: ConstructorParameters<typeof FakeDigital>[0]) {
      super(options);
      made.push(this);
    }
  }
  const input = new XsInput(Digital, { pin: 4, pull });
  const [native] = made;
  assert.ok(native !== undefined);
  return { input, native };
}

describeDigitalInput("the input on Moddable", () => {
  const { input, native } = makeInput("up");
  return { input, become: (level) => native.become(level), settle: () => setImmediate() };
});

describe("the input on Moddable", () => {
  for (const [pull, mode] of [
    ["up", FakeDigital.InputPullUp],
    ["down", FakeDigital.InputPullDown],
    ["none", FakeDigital.Input],
  ] as const) {
    it(`with pull ${pull} has mode ${mode}, and both edges`, () => {
      const { pin, mode: given, edge } = makeInput(pull).native.options;
      assert.deepEqual([pin, given, edge], [4, mode, FakeDigital.Rising | FakeDigital.Falling]);
    });
  }
});
