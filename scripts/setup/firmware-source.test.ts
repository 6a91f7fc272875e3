import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { firmwareOf, partsOf, secureFirmwareOf } from "../package/firmware.rig.ts";
import { writePackage } from "../package/write-package.ts";
import { findFirmware } from "./firmware-source.ts";

describe("the firmware of setup", () => {
  const directory = mkdtempSync(join(tmpdir(), "boom-box-source-"));
  after(() => rmSync(directory, { recursive: true }));

  it("is the package that was named", async () => {
    const firmware = firmwareOf({ version: "1.2.3", parts: partsOf(3_000) });
    const { folder } = await writePackage(join(directory, "plain"), firmware);
    const source = await findFirmware(folder);
    assert.equal(source.type === "firmware" && source.firmware.version, "1.2.3");
  });

  it("is not one that would lock the chip", async () => {
    const { folder } = await writePackage(join(directory, "secure"), secureFirmwareOf());
    const source = await findFirmware(folder);
    assert.match(source.type === "none" ? source.problem.cause : "", /locks the chip for good/);
  });

  it("is none where there is no package", async () => {
    const source = await findFirmware(join(directory, "nowhere"));
    assert.match(source.type === "none" ? source.problem.cause : "", /no package/);
  });
});
