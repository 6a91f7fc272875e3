import assert from "node:assert/strict";
import fc from "fast-check";
import type { RequestState, RequestView } from "../../api.ts";
import {
  hear,
  isOver,
  isPending,
  isResting,
  missAnswer,
  newTap,
  passTime,
  patienceMs,
  restMs,
  retryAfterMs,
  shownMs,
  tapDeadline,
  turnDown,
} from "./tap.ts";

const lifeMs = 10_000;
const id = "5fb9a1a2-0000-4000-8000-000000000001";
const told = (state: RequestState, more: Partial<RequestView> = {}): RequestView => ({
  id,
  gate: "main",
  state,
  reason: null,
  at: 0,
  pulseMs: null,
  ...more,
});
const states: readonly RequestState[] = [
  "recorded",
  "sent",
  "opened",
  "refused",
  "unanswered",
  "failed",
  "denied",
];

describe("a tap", () => {
  it("goes from the post to the box's outcome, then rests before the next tap", () => {
    let tap = newTap(id, "main", 1_000, lifeMs);
    tap = hear(tap, told("recorded"), 1_010);
    tap = hear(tap, told("sent"), 1_050);
    assert.ok(isPending(tap));
    tap = hear(tap, told("opened", { pulseMs: 501 }), 1_600);
    assert.ok(!isPending(tap));
    assert.ok(isResting(tap, 1_600 + restMs - 1));
    assert.ok(!isResting(tap, 1_600 + restMs));
    assert.equal(tapDeadline(tap, 1_700), 1_600 + restMs);
    assert.equal(tapDeadline(tap, 1_600 + restMs), 1_600 + shownMs);
    assert.ok(!isOver(tap, 1_600 + shownMs - 1));
    assert.ok(isOver(tap, 1_600 + shownMs));
  });

  it("posts the same id once more after a network error, and then is unknown", () => {
    let tap = missAnswer(newTap(id, "main", 0, lifeMs), 500);
    assert.deepEqual(tap.phase, { type: "retrying", at: 500 + retryAfterMs });
    const passed = passTime(tap, 500 + retryAfterMs);
    assert.ok(passed.post);
    assert.equal(passed.tap.id, id);
    tap = missAnswer(passed.tap, 3_000);
    assert.deepEqual(tap.phase, { type: "unknown" });
    assert.equal(tap.endedAt, 3_000);
  });

  it("does not post again after the lifetime of a command", () => {
    const late = missAnswer(newTap(id, "main", 0, lifeMs), lifeMs - retryAfterMs);
    assert.deepEqual(late.phase, { type: "unknown" });
  });

  it("does not post again when the phone slept between the error and the retry", () => {
    const waiting = missAnswer(newTap(id, "main", 0, lifeMs), 500);
    const passed = passTime(waiting, 600_000);
    assert.ok(!passed.post);
    assert.deepEqual(passed.tap.phase, { type: "unknown" });
  });

  it("accepts a late event of the box after it has given up", () => {
    const given = passTime(newTap(id, "main", 0, lifeMs), lifeMs + patienceMs).tap;
    assert.deepEqual(given.phase, { type: "unknown" });
    const tap = hear(given, told("opened"), lifeMs + patienceMs + 5_000);
    assert.deepEqual(tap.phase, { type: "request", request: told("opened") });
    const unanswered = hear(newTap(id, "main", 0, lifeMs), told("unanswered"), 12_000);
    assert.equal(hear(unanswered, told("refused"), 13_000).phase.type, "request");
  });

  it("keeps the state from an event when the post gets no response", () => {
    const tap = hear(newTap(id, "main", 0, lifeMs), told("opened"), 100);
    assert.equal(missAnswer(tap, 6_000), tap);
  });

  it("shows the recorded request of a refusal, or else the service's message", () => {
    const request = told("denied", { reason: "rate-limited" });
    const recorded = turnDown(
      newTap(id, "main", 0, lifeMs),
      { error: "rate-limited", message: "", request },
      10,
    );
    assert.deepEqual(recorded.phase, { type: "request", request });
    const problem = { error: "not-found", message: "This gate does not exist." };
    const tap = turnDown(newTap(id, "main", 0, lifeMs), problem, 10);
    assert.deepEqual(tap.phase, { type: "turned-down", problem });
  });

  it("never goes back, in whatever order states arrive", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...states)), (words) => {
        let tap = newTap(id, "main", 0, lifeMs);
        let hasEnded = false;
        for (const [index, state] of words.entries()) {
          tap = hear(tap, told(state), index);
          if (hasEnded) assert.ok(!isPending(tap));
          hasEnded = !isPending(tap);
        }
        if (
          words.includes("opened") &&
          !words.some((state) => ["refused", "failed", "denied"].includes(state))
        ) {
          assert.deepEqual(tap.phase, { type: "request", request: told("opened") });
        }
      }),
    );
  });

  it("ignores other requests", () => {
    const tap = newTap(id, "main", 0, lifeMs);
    assert.equal(hear(tap, { ...told("opened"), id: "another" }, 1), tap);
  });
});
