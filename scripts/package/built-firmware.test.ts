import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../command-line/user-error.ts";
import { firmwareIn } from "./built-firmware.ts";
import { firmwareOf, partsOf } from "./firmware.rig.ts";

describe("the firmware of a build", () => {
  const directory = mkdtempSync(join(tmpdir(), "boom-box-built-"));
  after(() => rmSync(directory, { recursive: true }));
  const parts = partsOf(3_000);
  const usedPins = [{ pin: 23, by: "x" }];
  const facts = { network: "ethernet", usedPins, isSecure: false } as const;

  beforeEach(() => {
    for (const { file, bytes } of parts) {
      writeFileSync(join(directory, file === "firmware.bin" ? "xs_esp32.bin" : file), bytes);
    }
  });

  function refusal(): string {
    try {
      firmwareIn(directory, facts);
    } catch (error) {
      assert.ok(error instanceof UserError, String(error));
      return error.message;
    }
    return assert.fail("it was taken");
  }

  it("has its parts where its partition table says, and what the build noted", () => {
    const expected = firmwareOf({ ...facts, parts });
    const firmware = firmwareIn(directory, facts);
    assert.deepEqual(
      firmware.parts.map(({ file, offset }) => [file, offset]),
      expected.parts.map(({ file, offset }) => [file, offset]),
    );
    assert.deepEqual({ ...firmware, parts: [] }, { ...expected, parts: [] });
  });

  it("is refused when a file is missing, or cannot be run", () => {
    writeFileSync(join(directory, "xs_esp32.bin"), "half");
    assert.match(refusal(), /cannot be run .*: build the firmware again$/);
    writeFileSync(join(directory, "partition-table.bin"), "");
    assert.match(refusal(), /partition table in .* is not a box's/);
    rmSync(join(directory, "partition-table.bin"));
    assert.match(refusal(), /there is no .*partition-table\.bin: build the firmware again/);
  });
});
