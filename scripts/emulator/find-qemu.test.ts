import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { esp32c3 } from "../../device/chips/table.ts";
import { UserError } from "../command-line/user-error.ts";
import { findQemu } from "./find-qemu.ts";

describe("findQemu", () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "boom-box-qemu-"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  function program(folder: string, machines: string, name = "qemu-system-xtensa"): string {
    mkdirSync(folder, { recursive: true });
    const file = join(folder, name);
    writeFileSync(file, `#!/bin/sh\nprintf '${machines}\\n'\n`);
    chmodSync(file, 0o755);
    return file;
  }

  const nowhere = { PATH: "", IDF_TOOLS_PATH: "/nowhere" };
  const esp32 = "Supported machines are:\\nesp32                Espressif ESP32 machine";

  it("looks at $BOOM_BOX_QEMU, then the path, then ESP-IDF's tools", async () => {
    const named = program(join(directory, "named"), esp32);
    const onPath = program(join(directory, "path"), esp32);
    const tools = join(directory, "tools", "qemu-xtensa", "esp_develop_9.2.2", "qemu", "bin");
    const tool = program(tools, esp32);
    const environment = { PATH: join(directory, "path"), IDF_TOOLS_PATH: directory };
    assert.equal(await findQemu({ ...environment, BOOM_BOX_QEMU: named }), named);
    assert.equal(await findQemu(environment), onPath);
    assert.equal(await findQemu({ ...environment, PATH: "" }), tool);
  });

  it("looks for the emulator of the chip's core, with a machine of the chip", async () => {
    const machine = "Supported machines are:\\nesp32c3              Espressif ESP32-C3 machine";
    const folder = join(directory, "tools", "qemu-riscv32", "esp_develop_9.2.2", "qemu", "bin");
    const tool = program(folder, machine, "qemu-system-riscv32");
    const environment = { PATH: "", IDF_TOOLS_PATH: directory };
    assert.equal(await findQemu(environment, esp32c3), tool);
    await assert.rejects(
      findQemu({ ...environment, BOOM_BOX_QEMU: tool }),
      /has no machine esp32: install it with .*qemu-xtensa"/,
    );
    await assert.rejects(
      findQemu({ PATH: "", IDF_TOOLS_PATH: "/nowhere" }, esp32c3),
      /there is no qemu-system-riscv32 .*install qemu-riscv32"/,
    );
  });

  const refused = (environment: NodeJS.ProcessEnv, words: RegExp) =>
    assert.rejects(
      findQemu(environment),
      (error) =>
        error instanceof UserError &&
        words.test(error.message) &&
        /install/.test(error.message) &&
        !error.message.includes("\n"),
    );

  it("says what to install when it finds no emulator, or one without the machine esp32", async () => {
    await refused(nowhere, /there is no qemu-system-xtensa/);
    await refused({ ...nowhere, BOOM_BOX_QEMU: "/nowhere/qemu" }, /there is no/);
    const other = program(directory, "Supported machines are:\\nlx60    lx60 EVB");
    await refused({ ...nowhere, BOOM_BOX_QEMU: other }, /has no machine esp32/);
    const broken = join(directory, "broken");
    writeFileSync(broken, "");
    await refused({ ...nowhere, BOOM_BOX_QEMU: broken }, /cannot be run/);
  });
});
