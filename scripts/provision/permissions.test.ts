import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../paths.ts";

const textOf = (...path: string[]) => readFileSync(join(projectRoot, ...path), "utf8");
const actionsIn = (text: string) =>
  [...new Set(Array.from(text.matchAll(/"(iot:[A-Z]\w+)"/g), ([, action]) => action))].sort();

describe("the permissions that docs/aws.md lists for provisioning", () => {
  it("are those of the calls that are made, no more and no fewer", () => {
    const [, section = ""] = textOf("docs", "aws.md").split("\n## Permissions\n");
    assert.deepEqual(actionsIn(section), actionsIn(textOf("scripts", "provision", "aws.ts")));
  });
});
