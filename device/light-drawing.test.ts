import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../host-sim/project-root.ts";
import { drawLight } from "./light-drawing.rig.ts";

const file = join(projectRoot, "docs/light.svg");

describe("docs/light.svg", () => {
  it("shows the patterns of status-light.ts", () => {
    if (process.env.BOOM_BOX_WRITE_DOCS === "1") writeFileSync(file, drawLight());
    assert.equal(
      readFileSync(file, "utf8"),
      drawLight(),
      "docs/light.svg differs from status-light.ts; to update it: BOOM_BOX_WRITE_DOCS=1 npx mocha device/light-drawing.test.ts",
    );
  });
});
