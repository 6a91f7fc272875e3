import assert from "node:assert/strict";
import { describeDigitalInput } from "../../device/digital-input.contract.ts";
import { Timeline } from "./timeline.ts";
import { VirtualInput } from "./virtual-input.ts";

function makeInput() {
  const timeline = new Timeline();
  const input = new VirtualInput(1);
  input.attach({ later: (delayMs, callback) => timeline.after(delayMs, callback) });
  return { timeline, input };
}

describeDigitalInput("the input in virtual time", () => {
  const { timeline, input } = makeInput();
  return {
    input,
    become: (level) => input.become(level),
    settle: async () => timeline.run(0),
  };
});

describe("the input in virtual time", () => {
  it("keeps its level while no box has power, and calls nobody", () => {
    const { timeline, input } = makeInput();
    let calls = 0;
    input.onReadable = () => calls++;
    input.attach(undefined);
    input.become(0);
    timeline.run(1_000);
    assert.deepEqual([calls, input.read()], [0, 0]);
  });
});
