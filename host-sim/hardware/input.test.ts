import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { describeDigitalInput } from "../../device/digital-input.contract.ts";
import { ScriptedInput } from "./input.ts";

describeDigitalInput("the input on Node", () => {
  const input = new ScriptedInput(4, 1);
  return { input, become: (level) => input.become(level), settle: () => setImmediate() };
});

describe("the input on Node", () => {
  it("shows a thousand edges of one moment as at most one", async () => {
    const input = new ScriptedInput(4, 1);
    const levels: number[] = [];
    input.onEdge = ({ value }) => levels.push(value);
    for (let edge = 0; edge < 1_000; edge++) input.become(edge % 2 === 0 ? 0 : 1);
    await setImmediate();
    assert.deepEqual(levels, []);
    input.become(0);
    await setImmediate();
    assert.deepEqual(levels, [0]);
  });
});
