import assert from "node:assert/strict";
import { scenarios } from "./all.ts";
import { judge, runScenario } from "./scenario.ts";

/** The jitter differs; the outcome must not. */
const seeds = [1, 2, 3];

describe("scenarios with the whole box in virtual time", () => {
  for (const scenario of scenarios) {
    it(scenario.name, () => {
      for (const seed of seeds) {
        assert.deepEqual(judge(scenario, runScenario(scenario, seed)), [], `seed ${seed}`);
      }
    }).timeout(60_000);
  }
});
