import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../project-root.ts";
import { faultFields } from "./fault.ts";
import { buttonFaultKeys, faultKeys, gateFaultKeys } from "./keys.ts";
import { awaitedNames } from "./script.ts";

const page = readFileSync(join(projectRoot, "docs", "faults.md"), "utf8");

/** The first cells of the tables' rows that name something in code. */
const rows = page
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .map((line) => line.split("|").map((cell) => cell.trim()));
const namesIn = (cell: string | undefined) =>
  [...(cell ?? "").matchAll(/`([^`]+)`/g)].map(([, name]) => String(name));

describe("docs/faults.md", () => {
  it("has each key, and no other", () => {
    const keys = rows.flatMap(([, first]) => namesIn(first).filter((name) => name.length === 1));
    const all = [...faultKeys, ...gateFaultKeys, ...buttonFaultKeys].map(({ key }) => key);
    assert.deepEqual(keys.sort(), [...all, "h"].sort());
  });

  it("has each fault with its fields and their limits, and no other", () => {
    const listed = rows.filter(([, first]) => namesIn(first).every((name) => name.length > 1));
    const faults = listed.flatMap(([, first]) => namesIn(first));
    assert.deepEqual(faults.sort(), [...faultFields.keys()].sort());
    for (const [, first, fields] of listed) {
      const known = namesIn(first).flatMap((name) => Object.entries(faultFields.get(name) ?? {}));
      const fieldNames = new Set(known.map(([name]) => name));
      assert.deepEqual(namesIn(fields), [...fieldNames], first);
      for (const [name, field] of known) {
        // The page says nothing about the limits of a signal and of the offsets of clocks.
        if (field.type !== "number" || field.minimum < 0) continue;
        const limits = `\`${name}\` (${field.minimum}–${field.maximum}`;
        assert.ok(fields?.includes(limits), `${first}: ${limits}`);
      }
    }
  });

  it("has everything that a script can wait for", () => {
    for (const name of awaitedNames) assert.ok(page.includes(`\`${name}\``), name);
  });
});
