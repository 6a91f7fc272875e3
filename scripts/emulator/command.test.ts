import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { layOutFlash } from "../../host-sim/esp32/flash-image.ts";
import { projectRoot } from "../../host-sim/project-root.ts";

describe("boom-box sim --engine esp32", function () {
  this.timeout(60_000);
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "boom-box-esp32-"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  /** A program that claims to be an emulator, and exits at once. */
  function fakeQemu(): string {
    const file = join(directory, "qemu");
    const script =
      '#!/bin/sh\n[ "$1" = -machine ] && echo "esp32   Espressif ESP32 machine"\nexit 0\n';
    writeFileSync(file, script);
    chmodSync(file, 0o755);
    return file;
  }

  function sim(qemu: string, ...flags: string[]) {
    const certs = join(directory, "certs");
    const command = join(projectRoot, "scripts", "boom-box.js");
    const args = [command, "sim", "--engine", "esp32", "--certs", certs, ...flags];
    const { status, stderr } = spawnSync(process.execPath, args, {
      encoding: "utf8",
      env: { ...process.env, BOOM_BOX_QEMU: qemu },
    });
    return { status, lines: stderr.trim().split("\n"), madeCerts: existsSync(certs) };
  }

  it("says what to install when there is no emulator, and creates no files", () => {
    const { status, lines, madeCerts } = sim("/nowhere/qemu-system-xtensa");
    assert.equal(status, 2);
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? "", /there is no qemu-system-xtensa.*idf_tools\.py install/);
    assert.equal(madeCerts, false);
  });

  it("refuses another broker, and faults that the emulator does not support", () => {
    const broker = sim("/nowhere", "--endpoint", "broker.test");
    assert.deepEqual([broker.status, broker.lines.length], [2, 1]);
    assert.match(broker.lines[0] ?? "", /address of its own: leave out --endpoint/);
    const scenario = join(directory, "scenario.jsonl");
    writeFileSync(scenario, '{"at":0,"fault":"clock-jump","ms":1000}\n');
    const fault = sim("/nowhere", "--scenario", scenario);
    assert.deepEqual([fault.status, fault.lines.length], [2, 1]);
    assert.match(fault.lines[0] ?? "", /does not support the fault clock-jump/);
  });

  it("refuses an image that is missing or incomplete", () => {
    const missing = sim(fakeQemu(), "--image", join(directory, "none.bin"));
    assert.equal(missing.status, 2);
    assert.match(missing.lines.at(-1) ?? "", /there is no image .*boom-box build --emulator/);
    const image = join(directory, "flash.bin");
    writeFileSync(image, layOutFlash(new Map()));
    const empty = sim(fakeQemu(), "--image", image);
    assert.equal(empty.status, 2);
    assert.match(empty.lines.at(-1) ?? "", /the bootloader is missing: rebuild it/);
  });
});
