import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bundleVectors } from "./bundle.rig.ts";
import type { VectorTest } from "./tape.fake.ts";

describe("mqtt-packet with our shims", () => {
  const directory = mkdtempSync(join(tmpdir(), "boom-box-"));
  after(() => rmSync(directory, { recursive: true }));

  it("parses and generates all of its published test vectors", async () => {
    const { file } = await bundleVectors(directory);
    const module = (await import(pathToFileURL(file).href)) as {
      readonly vectorTests: readonly VectorTest[];
    };
    assert.equal(module.vectorTests.length, 347);
    const failures: string[] = [];
    for (const { name, run } of module.vectorTests) {
      failures.push(...(await run()).map((failure) => `${name}: ${failure}`));
    }
    assert.deepEqual(failures, []);
  });
});
