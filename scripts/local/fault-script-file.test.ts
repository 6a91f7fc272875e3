import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../host-sim/project-root.ts";
import { UserError } from "../command-line/user-error.ts";
import { readScenario } from "./fault-script-file.ts";

describe("readScenario", () => {
  let directory: string;
  let file: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "boom-box-"));
    file = join(directory, "scenario.jsonl");
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const refusal = async () => {
    const error = await readScenario(file).then(
      () => assert.fail("the file was accepted"),
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof UserError);
    return error.message;
  };

  it("reads the example in docs/", async () => {
    const entries = await readScenario(join(projectRoot, "docs", "faults.jsonl"));
    assert.deepEqual(entries.at(-1), { type: "do", at: 500, deed: "quit" });
  });

  it("refuses a fault at a gate that the box does not have", async () => {
    const entry = { at: 0, fault: "gate-held", gate: "out" };
    writeFileSync(file, `${JSON.stringify(entry)}\n${JSON.stringify(entry)}\n`);
    assert.match(await refusal(), /:\n {2}the box has no gate out: add it to --gates$/);
    assert.equal((await readScenario(file, ["in", "out"])).length, 2);
  });

  it("reports a missing file", async () => {
    assert.match(await refusal(), /scenario\.jsonl \(--scenario\) cannot be read: .*ENOENT/);
  });

  it("refuses text that is not UTF-8, and a file that is too large", async () => {
    writeFileSync(file, Uint8Array.of(0x7b, 0xff));
    assert.match(await refusal(), /is not UTF-8 text$/);
    writeFileSync(file, " ".repeat(1_000_001));
    assert.match(await refusal(), /is larger than 1000000 bytes$/);
  });

  it("lists the first twenty problems, and counts the rest", async () => {
    writeFileSync(file, "nonsense\n".repeat(25));
    const lines = (await refusal()).split("\n");
    assert.equal(lines.length, 22);
    assert.equal(lines[20], "  line 20: this is not JSON");
    assert.equal(lines[21], "  and 5 more");
  });
});
