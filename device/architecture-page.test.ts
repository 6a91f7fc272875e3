import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../host-sim/project-root.ts";
import { draw } from "./core/connection-table.rig.ts";

const page = join(projectRoot, "docs/architecture.md");
const begin = "<!-- begin: states of a connection -->";
const end = "<!-- end: states of a connection -->";
const writes = process.env.BOOM_BOX_WRITE_DOCS === "1";

describe("docs/architecture.md", () => {
  it("shows the state table of core/connection.ts", () => {
    const text = readFileSync(page, "utf8");
    const from = text.indexOf(begin) + begin.length;
    const to = text.indexOf(end);
    assert.ok(from > begin.length && to >= from, `docs/architecture.md needs ${begin} and ${end}`);
    const section = `\n\n${draw()}\n\n`;
    if (writes) writeFileSync(page, text.slice(0, from) + section + text.slice(to));
    const hint =
      "docs/architecture.md differs from the table in connection.ts; to update it: " +
      "BOOM_BOX_WRITE_DOCS=1 npx mocha device/architecture-page.test.ts";
    assert.equal(readFileSync(page, "utf8").slice(from, from + section.length), section, hint);
    assert.ok(
      readFileSync(page, "utf8")
        .slice(from + section.length)
        .startsWith(end),
      hint,
    );
  });
});
