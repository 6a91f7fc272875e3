import assert from "node:assert/strict";
import { updateReasons } from "../../device/messages/update.ts";
import { updateReasonWords } from "../../host-sim/update-reason-words.ts";
import { wordsOf } from "./reasons.ts";
import { rolloutPrinter, summaryOf, tableLines } from "./rollout-printer.ts";
import type { BoxView } from "./rollout-view.ts";

const box = (thing: string, changes: Partial<BoxView> = {}): BoxView => ({
  thing,
  before: "1.0.0",
  state: "QUEUED",
  progress: undefined,
  reason: undefined,
  ...changes,
});

const fleet = [
  box("lot-1", { state: "SUCCEEDED" }),
  box("lot-2", { state: "IN_PROGRESS", progress: 50 }),
  box("north-gate", { state: "FAILED", reason: "hash", before: undefined }),
  box("lot-4", { state: "later" }),
];

describe("the table of a rollout", () => {
  it("has a line for each box, and a sum", () => {
    assert.deepEqual(tableLines(fleet, 24, 200), [
      "lot-1       1.0.0  ████████████████████  updated",
      "lot-2       1.0.0  ██████████░░░░░░░░░░  is being updated, 50 %",
      "north-gate  –      ░░░░░░░░░░░░░░░░░░░░  failed: what arrived is not what was signed",
      "lot-4       1.0.0  ░░░░░░░░░░░░░░░░░░░░  later",
      "1 of 4 boxes updated, 1 being updated, 1 waiting, 1 failed",
    ]);
  });

  it("shows what changes when the terminal is small, and wraps no line", () => {
    const lines = tableLines(fleet, 5, 30);
    assert.equal(lines.length, 3);
    assert.match(lines[0] ?? "", /^lot-2/);
    assert.match(lines[1] ?? "", /^north-gate/);
    assert.match(tableLines(fleet, 5, 200)[2] ?? "", /, 2 not shown$/);
    for (const line of lines) assert.ok(line.length < 30);
  });

  it("is drawn again in its own place, only when something has changed", () => {
    const written: string[] = [];
    const output = { isTTY: true, write: (text: string) => written.push(text) };
    const printer = rolloutPrinter(output, false);
    printer.boxes([box("lot-1")]);
    printer.boxes([box("lot-1")]);
    printer.boxes([box("lot-1", { state: "SUCCEEDED" })]);
    assert.equal(written.length, 2);
    assert.ok(written[1]?.startsWith("\x1b[2A\x1b[J"));
    printer.note("hello");
    assert.ok(written[2]?.startsWith("\x1b[2A\x1b[Jhello\nlot-1"));
  });
});

describe("the lines of a rollout", () => {
  it("are JSON for programs, one for each change", () => {
    const written: string[] = [];
    const printer = rolloutPrinter({ write: (text: string) => written.push(text) }, true);
    printer.boxes(fleet.slice(0, 2));
    printer.boxes([fleet[0] ?? assert.fail(), box("lot-2", { state: "SUCCEEDED" })]);
    printer.end("update-x", { type: "done", boxes: fleet }, undefined);
    const lines = written.map((line) => JSON.parse(line));
    assert.deepEqual(
      lines.map(({ thing, state }) => [thing, state]),
      [
        ["lot-1", "SUCCEEDED"],
        ["lot-2", "IN_PROGRESS"],
        ["lot-2", "SUCCEEDED"],
        [undefined, undefined],
      ],
    );
    const end = { type: "end", id: "update-x", outcome: "done", boxes: 4, updated: 1 };
    assert.deepEqual(lines.at(-1), end);
  });

  it("say every reason in words, and nothing that moves the cursor", () => {
    for (const reason of updateReasons) assert.equal(wordsOf(reason), updateReasonWords[reason]);
    assert.equal(wordsOf("\x1b[2Jnew reason"), " [2Jnew reason");
    assert.equal(summaryOf([box("lot-1")]), "0 of 1 box updated, 1 waiting");
  });
});
