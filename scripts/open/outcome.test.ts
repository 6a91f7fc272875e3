import assert from "node:assert/strict";
import { refusalReasons } from "../../device/messages/command.ts";
import { openedEvent, refusedEvent } from "../../device/messages/event.ts";
import { describeOutcome } from "./outcome.ts";

const attempt = { thing: "lot-1", timeout: 10, sentAt: 100_000, answeredAt: 100_500 };
const command = { id: "a", action: "open", by: "Ann" };

describe("the outcome of an open, in words", () => {
  it("says how long the button was held, or that nobody answered", () => {
    const opened = openedEvent(command, 501, 100_200);
    assert.equal(describeOutcome(opened, attempt), "opened: lot-1 held the button for 501 ms");
    assert.match(describeOutcome(undefined, attempt), /^no answer from lot-1 within 10 s/);
  });

  it("has words for every refusal, and none is empty", () => {
    for (const reason of refusalReasons) {
      const line = describeOutcome(refusedEvent(command, reason, 100_200), attempt);
      assert.match(line, new RegExp(`^refused: [a-z0-9', ]{10,} \\(${reason}\\)$`));
    }
    assert.equal(
      describeOutcome(refusedEvent(command, "busy", 100_200), attempt),
      "refused: the gate is still moving (busy)",
    );
  });

  it("says which clock is ahead and by how much, when that is why", () => {
    const line = (reason: "future" | "expired", at: number) =>
      describeOutcome(refusedEvent(command, reason, at), attempt);
    assert.equal(
      line("future", 94_000),
      "refused: the clock of lot-1 is 6 s behind this machine's clock; set the clock that is wrong (future)",
    );
    assert.equal(
      line("expired", 111_500),
      "refused: the clock of lot-1 is 11 s ahead of this machine's clock; set the clock that is wrong (expired)",
    );
    assert.equal(line("expired", 100_300), "refused: the command came too late (expired)");
  });
});
