import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeCrashReport } from "../../device/messages/crash.ts";
import { boomBox, refusal } from "../command-line/boom-box.rig.ts";
import { elfOf } from "./elf.rig.ts";

describe("boom-box explain", function () {
  this.timeout(30_000);
  const folder = mkdtempSync(join(tmpdir(), "boom-box-"));
  after(() => rmSync(folder, { recursive: true }));

  function fileOf(name: string, content: string | Uint8Array): string {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  }

  const report = fileOf(
    "report.json",
    writeCrashReport({
      firmware: "0.1.0",
      resetReason: "watchdog",
      crashes: 1,
      abort: null,
      panic: { reason: "hung", task: "main", backtrace: [0x400d_1010], code: [], elf: "" },
      lines: [],
    }),
  );

  it("names functions by an ELF file", async () => {
    const functions = [{ address: 0x400d_1000, size: 0x40, name: "fxRunID" }];
    const elf = fileOf("xs.elf", elfOf(functions));
    const { status, stdout } = await boomBox("explain", report, "--elf", elf, "--package", folder);
    assert.equal(status, 0);
    assert.match(stdout, /panic in task main: hung\n {2}0x400d1010 {2}fxRunID\+16\n/);
  });

  it("says that there are no symbols, and shows the rest", async () => {
    const { status, stdout, stderr } = await boomBox("explain", report, "--package", folder);
    assert.equal(status, 0);
    assert.match(stdout, /0x400d1010\n/);
    assert.match(stderr, /no .*-symbols\.zip/);
  });

  it("refuses what is no dump, no ELF file, and no file", async () => {
    const text = fileOf("text", "hello");
    assert.match(await refusal("explain", text), /has neither a message of the topic log nor/);
    assert.match(await refusal("explain", report, "--elf", text), /is no 32-bit ELF file/);
    assert.match(await refusal("explain", join(folder, "none")), /none cannot be read/);
  });
});
