import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { firmwareVersion } from "./version.ts";

describe("the firmware's version", () => {
  it("matches the package's", () => {
    const file = new URL("../package.json", import.meta.url);
    const { version } = JSON.parse(readFileSync(file, "utf8")) as { version: string };
    assert.equal(firmwareVersion, version);
  });
});
