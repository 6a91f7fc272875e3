import assert from "node:assert/strict";
import { refusalReasons } from "./command.ts";
import { openedEvent, refusedEvent } from "./event.ts";

const command = { id: "a-1", action: "open", by: "Ada" };
const unknown = { id: null, action: null, by: null };

describe("event reports", () => {
  it("contain the length of a pulse", () => {
    assert.deepEqual(openedEvent(command, 503, 1_700_000_000_000), {
      id: "a-1",
      action: "open",
      outcome: "opened",
      reason: null,
      by: "Ada",
      at: 1_700_000_000_000,
      pulseMs: 503,
    });
  });

  it("contain the reason of a refusal", () => {
    for (const reason of refusalReasons) {
      assert.deepEqual(refusedEvent(command, reason, 1_700_000_000_000), {
        id: "a-1",
        action: "open",
        outcome: "refused",
        reason,
        by: "Ada",
        at: 1_700_000_000_000,
        pulseMs: null,
      });
    }
  });

  it("have every field, because JSON drops undefined", () => {
    const keys = ["id", "action", "outcome", "reason", "by", "at", "pulseMs"];
    for (const event of [
      openedEvent(unknown, 0, undefined),
      refusedEvent(unknown, "malformed", undefined),
    ]) {
      assert.deepEqual(Object.keys(JSON.parse(JSON.stringify(event))), keys);
      assert.equal(event.at, null);
    }
  });
});
