import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../host-sim/project-root.ts";
import { requireEngine } from "../../host-sim/xs/engine.rig.ts";
import { makeScenariosPage } from "./scenarios-page.ts";

describe("scenarios on the real XS", function () {
  this.timeout(240_000);

  it("pass as on Node, and docs/scenarios.md is up to date", async function () {
    const { text, rows } = await makeScenariosPage(requireEngine(this));
    for (const { scenario, verdicts } of rows) {
      assert.deepEqual(verdicts, { Node: [], XS: [] }, scenario.name);
    }
    const page = readFileSync(join(projectRoot, "docs/scenarios.md"), "utf8");
    assert.equal(page, text, "run npm run scenarios to update the file");
  });
});
