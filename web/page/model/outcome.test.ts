import assert from "node:assert/strict";
import { refusalReasons } from "../../../device/messages/command.ts";
import type { RequestState, RequestView } from "../../api.ts";
import { words } from "../../words/page.ts";
import { outcomeOf } from "./outcome.ts";
import { hear, newTap } from "./tap.ts";

function said(state: RequestState, more: Partial<RequestView> = {}) {
  const request = { id: "1", gate: "main", state, reason: null, at: 0, pulseMs: null, ...more };
  return outcomeOf(hear(newTap("1", "main", 0, 10_000), request, 1));
}

describe("the words of an outcome", () => {
  it("say what the box did, and for how long", () => {
    const { title, text, tone } = said("opened", { pulseMs: 501 });
    assert.equal(title, "Button pressed");
    assert.equal(text, "The box pressed the button for 0.5 s.");
    assert.equal(tone, "good");
    assert.match(said("opened").text, /did not report for how long/);
  });

  it("distinguish sent from accepted", () => {
    assert.match(said("recorded").title, /^Sent/);
    assert.match(said("sent").title, /^Accepted/);
    assert.deepEqual([said("recorded").steps, said("sent").steps, said("opened").steps], [1, 2, 3]);
  });

  it("give a reason for every refusal of a box", () => {
    for (const reason of refusalReasons) {
      assert.equal(said("refused", { reason }).text, words.reasons[reason]);
      assert.match(words.reasons[reason], /^[A-Z].*\.$/);
    }
  });

  it("never claim that a gate is open: only what a contact there proves does", () => {
    const text = (value: unknown): string => {
      if (typeof value === "string") return value;
      if (typeof value === "function") return value("THIS", "THIS");
      return Object.values(value as object)
        .map(text)
        .join("\n");
    };
    assert.doesNotMatch(text(words), /\b(is|now|gate) open(ed)?\b|\bopening\b\s*…|^Opened\b/im);
  });
});
