import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../host-sim/project-root.ts";

describe("output that cannot be written", function () {
  this.timeout(20_000);
  const command = join(projectRoot, "scripts", "boom-box.js");

  async function run(words: readonly string[], output: "pipe" | number) {
    const child = spawn(process.execPath, [command, ...words], {
      stdio: ["ignore", output, "pipe"],
    });
    let errors = "";
    child.stderr?.on("data", (bytes: Buffer) => {
      errors += String(bytes);
    });
    // The reader goes away before anything is written.
    child.stdout?.destroy();
    const [code] = (await once(child, "close")) as [number | null];
    return { code, errors };
  }

  for (const words of [["--help"], ["advisor", "--list"], ["doctor", "--help"]]) {
    it(`is no error when nobody reads it: ${words.join(" ")}`, async () => {
      assert.deepEqual(await run(words, "pipe"), { code: 0, errors: "" });
    });

    it(`is named in one line when the disk is full: ${words.join(" ")}`, async () => {
      const full = openSync("/dev/full", "w");
      const { code, errors } = await run(words, full);
      closeSync(full);
      assert.equal(code, 1);
      assert.match(errors, /^boom-box: the output could not be written: ENOSPC.*\n$/);
    });
  }
});
