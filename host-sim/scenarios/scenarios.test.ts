import assert from "node:assert/strict";
import { scenarios } from "./all.ts";
import { judge, runScenario } from "./scenario.ts";

/** Jitter differs, what comes of it does not. */
const seeds = [1, 2, 3];

describe("scenarios, in virtual time over the whole box", () => {
  for (const scenario of scenarios) {
    it(scenario.name, () => {
      for (const seed of seeds) {
        assert.deepEqual(judge(scenario, runScenario(scenario, seed)), [], `seed ${seed}`);
      }
    }).timeout(60_000);
  }
});
