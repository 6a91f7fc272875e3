import assert from "node:assert/strict";
import { judge, type Outcome, type Scenario } from "./scenario.ts";
import { scenarioTable } from "./table.ts";

const scenario: Scenario = {
  name: "a | b",
  expected: { pulses: [500], reported: ["opened"], backWithinMs: 1_000 },
  run: () => {},
};
const good: Outcome = { pulses: [500], reported: ["opened"], backAfterMs: 900, problems: [] };

describe("judge", () => {
  it("reports nothing if everything is as expected", () =>
    assert.deepEqual(judge(scenario, good), []));

  it("reports each deviation", () => {
    const cases: readonly (readonly [Partial<Outcome>, RegExp])[] = [
      [{ pulses: [500, 500] }, /^pulses: \[500,500\], not \[500\]$/],
      [{ reported: [] }, /^reported: \[\], not/],
      [{ backAfterMs: 1_001 }, /later than 1000/],
      [{ backAfterMs: null }, /back after null/],
      [{ problems: ["the pin was HIGH"] }, /^the pin was HIGH$/],
    ];
    for (const [changes, line] of cases) {
      const found = judge(scenario, { ...good, ...changes });
      assert.equal(found.length, 1);
      assert.match(String(found[0]), line);
    }
  });
});

describe("the table of scenarios", () => {
  it("shows pulses, reports, the longest recovery, and each engine's verdict", () => {
    const many: Outcome = {
      pulses: [0, 20, 40, 60],
      reported: ["busy", "busy", "opened"],
      backAfterMs: null,
      problems: [],
    };
    const rows = [
      {
        scenario,
        outcomes: [good, { ...good, backAfterMs: 71_400 }],
        verdicts: { Node: [], XS: ["reported: x", "y"] },
      },
      { scenario: { ...scenario, name: "c" }, outcomes: [many], verdicts: { Node: [] } },
    ];
    assert.deepEqual(scenarioTable(rows, ["Node", "XS"]).split("\n"), [
      "| scenario | pulses | reported | back after | Node | XS |",
      "| --- | --- | --- | --- | --- | --- |",
      "| a \\| b | 500 ms | opened | 71 s | pass | FAIL: reported: x; y |",
      "| c | 4 pulses, 0–60 ms | 2 × busy, opened | never offline | pass | not run |",
      "",
    ]);
  });
});
