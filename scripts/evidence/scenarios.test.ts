import assert from "node:assert/strict";
import { scenarios } from "../../host-sim/scenarios/all.ts";
import { judge, runScenario } from "../../host-sim/scenarios/scenario.ts";
import { requireEngine } from "../../host-sim/xs/engine.fake.ts";
import { runScenariosOnXs } from "./scenarios-on-xs.ts";

describe("scenarios on the real XS", function () {
  this.timeout(240_000);

  it("all hold, and come out as they do on Node", async function () {
    const binary = requireEngine(this);
    let seen = 0;
    await runScenariosOnXs(binary, scenarios.length, 1, (index, outcome) => {
      const scenario = scenarios[index];
      assert.ok(scenario);
      assert.deepEqual(judge(scenario, outcome), [], scenario.name);
      assert.deepEqual(outcome, runScenario(scenario, 1), scenario.name);
      seen += 1;
    });
    assert.equal(seen, scenarios.length);
  });
});
