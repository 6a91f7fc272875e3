import assert from "node:assert/strict";
import fc from "fast-check";
import { PushButton } from "./push-button.ts";

const debounceMs = 50;

describe("the button at the box", () => {
  let button: PushButton;
  beforeEach(() => {
    button = new PushButton({ debounceMs });
    assert.equal(button.handleLevel(1, 0), false);
    assert.equal(button.handleLevel(1, 100), false);
  });

  it("is pressed once it has been LOW for its debounce time, and once until it is released", () => {
    assert.equal(button.handleEdges(0, 1_000), false);
    assert.equal(button.deadline, 1_050);
    assert.equal(button.handleLevel(0, 1_049), false);
    assert.equal(button.handleLevel(0, 1_050), true);
    assert.equal(button.handleLevel(0, 3_600_000), false);
    assert.equal(button.handleEdges(1, 3_600_000), false);
    assert.equal(button.handleLevel(1, 3_600_050), false, "a release is no press");
    assert.equal(button.handleEdges(0, 3_700_000), false);
    assert.equal(button.handleLevel(0, 3_700_050), true);
  });

  it("does nothing if it is pressed at the start, until it is released and pressed again", () => {
    const held = new PushButton({ debounceMs });
    held.handleLevel(0, 0);
    assert.equal(held.handleLevel(0, 50), false);
    assert.equal(held.handleLevel(0, 3_600_000), false);
    held.handleEdges(1, 3_700_000);
    assert.equal(held.handleLevel(1, 3_700_050), false);
    held.handleEdges(0, 3_800_000);
    assert.equal(held.handleLevel(0, 3_800_050), true);
  });

  it("is not pressed by a spike, however often the level happens to be LOW when it is read", () => {
    let presses = 0;
    for (let at = 1_000; at < 4_000; at += 5) presses += button.handleEdges(0, at) ? 1 : 0;
    assert.equal(presses, 0);
    assert.equal(button.handleLevel(0, 3_994), false);
    assert.equal(button.handleLevel(0, 4_045), true, "LOW, and without an edge for 50 ms");
  });

  it("takes presses of a busy gate, and ignores what nobody could press", () => {
    const pressEvery = (everyMs: number, forMs: number) => {
      const pushed = new PushButton({ debounceMs });
      pushed.handleLevel(1, 0);
      pushed.handleLevel(1, 100);
      let presses = 0;
      for (let at = 1_000; at < forMs; at += everyMs) {
        for (const [level, after] of [
          [0, 0],
          [0, 60],
          [1, 100],
          [1, 160],
        ] as const) {
          const isPressed =
            after % 100 === 0
              ? pushed.handleEdges(level, at + after)
              : pushed.handleLevel(level, at + after);
          presses += isPressed ? 1 : 0;
        }
      }
      return presses;
    };
    assert.equal(pressEvery(10_000, 3_600_000), 360);
    const often = pressEvery(200, 3_600_000);
    assert.ok(often >= 1 && often <= 20, `${often} presses`);
  });

  it("is pressed only after a stable HIGH and a stable LOW, whatever happens", () => {
    const step = fc.record({
      level: fc.constantFrom<0 | 1>(0, 1),
      afterMs: fc.oneof(fc.nat(60), fc.nat(10_000)),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const any = new PushButton({ debounceMs });
        let now = 0;
        let level: 0 | 1 | undefined;
        let since = 0;
        let wasReleased = false;
        for (const { level: next, afterMs } of steps) {
          now += afterMs;
          const isStable = level !== undefined && now - since >= debounceMs;
          if (any.handleEdges(next, now)) {
            assert.ok(isStable && level === 0 && wasReleased);
            wasReleased = false;
          }
          if (isStable && level === 1) wasReleased = true;
          since = now;
          level = next;
        }
      }),
    );
  });
});
