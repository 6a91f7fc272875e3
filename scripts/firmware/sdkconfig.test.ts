import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type ChipName, chipNames } from "../../device/chips/table.ts";
import { projectRoot } from "../../host-sim/project-root.ts";
import {
  brokenPromises,
  parseSdkConfig,
  plainPromises,
  promises,
  securePromises,
} from "./sdkconfig.ts";

const folder = join(projectRoot, "device", "xs", "esp32");
const defaultsOf = (chip: ChipName) =>
  ["sdkconfig.defaults", `sdkconfig.${chip}.defaults`]
    .map((file) => readFileSync(join(folder, file), "utf8"))
    .join("\n");
const ours = defaultsOf("esp32");

describe("the sdkconfig of an image", () => {
  it("has every required option in our defaults, explicitly", () => {
    for (const chip of chipNames) {
      const config = parseSdkConfig(defaultsOf(chip));
      assert.deepEqual(brokenPromises(config, false, chip), []);
      for (const { option, chips } of promises) {
        assert.equal(config.has(option), chips?.includes(chip) ?? true, `${chip}: ${option}`);
      }
    }
  });

  it("has every required option with the emulator's defaults too", () => {
    const emulator = readFileSync(join(folder, "emulator", "sdkconfig.defaults"), "utf8");
    const config = parseSdkConfig(`${ours}\n${emulator}`);
    assert.deepEqual(brokenPromises(config, false), []);
    assert.equal(config.get("CONFIG_ETH_USE_OPENETH"), "y");
    assert.equal(config.get("CONFIG_ESPTOOLPY_FLASHMODE_DIO"), "y");
  });

  it("of a plain build leaves the eFuses alone", () => {
    for (const { option } of plainPromises) {
      const [line = "", ...rest] = brokenPromises(parseSdkConfig(`${ours}\n${option}=y`), false);
      assert.ok(line.startsWith(`${option} is y`), line);
      assert.deepEqual(rest, []);
    }
  });

  it("of a secure build is refused when anything of it is missing", () => {
    const secure = readFileSync(join(folder, "secure", "sdkconfig.defaults"), "utf8");
    const text = `${ours}\n${secure}`;
    assert.deepEqual(brokenPromises(parseSdkConfig(text), true), []);
    assert.equal(brokenPromises(parseSdkConfig(text), false).length, plainPromises.length);
    for (const { option, wanted } of securePromises) {
      const wrong = `${text}\n${option}=${wanted === "y" ? "n" : "y"}`;
      const [line = "", ...rest] = brokenPromises(parseSdkConfig(wrong), true);
      assert.ok(line.startsWith(`${option} is `), line);
      assert.deepEqual(rest, []);
    }
  });

  it("is read as ESP-IDF writes it: unset options, quoted text, the last of two values", () => {
    const config = parseSdkConfig(
      '#\n# Panic\n#\n# CONFIG_ESP_SYSTEM_PANIC_GDBSTUB is not set\nCONFIG_IDF_TARGET="esp32"\r\nCONFIG_A=n\nCONFIG_A=y\n#CONFIG_B=y\n',
    );
    assert.deepEqual(
      [...config],
      [
        ["CONFIG_ESP_SYSTEM_PANIC_GDBSTUB", "n"],
        ["CONFIG_IDF_TARGET", "esp32"],
        ["CONFIG_A", "y"],
      ],
    );
  });

  it("reports the SDK's instrumented build in one line, because its panic waits for gdb", () => {
    const text = `${ours}
# CONFIG_ESP_SYSTEM_PANIC_PRINT_REBOOT is not set
CONFIG_ESP_SYSTEM_PANIC_GDBSTUB=y
`;
    assert.deepEqual(brokenPromises(parseSdkConfig(text), false), [
      "CONFIG_ESP_SYSTEM_PANIC_PRINT_REBOOT is n, but must be y: a panic restarts the box at once",
      "CONFIG_ESP_SYSTEM_PANIC_GDBSTUB is y, but must be n: a panic restarts the box at once",
    ]);
  });

  it("of an ESP32-C3 keeps the memory free in which a crash is told", () => {
    const wrong = `${defaultsOf("esp32c3")}\nCONFIG_ESP_SYSTEM_ALLOW_RTC_FAST_MEM_AS_HEAP=y`;
    assert.deepEqual(brokenPromises(parseSdkConfig(wrong), false, "esp32c3"), [
      "CONFIG_ESP_SYSTEM_ALLOW_RTC_FAST_MEM_AS_HEAP is y, but must be n: what is known of a crash is kept until the box has told it",
    ]);
  });

  for (const { option, wanted } of promises.filter(
    ({ chips }) => chips?.includes("esp32") ?? true,
  )) {
    it(`is refused if ${option} has another value`, () => {
      const wrong = wanted === "y" ? ["n"] : wanted === "n" ? ["y"] : [wanted[1] + 1, "", "n"];
      for (const value of wrong) {
        const [line = "", ...rest] = brokenPromises(
          parseSdkConfig(`${ours}\n${option}=${value}`),
          false,
        );
        assert.ok(line.startsWith(`${option} is `), line);
        assert.deepEqual(rest, []);
      }
    });
  }

  it("is refused if a required option is missing", () => {
    const without = ours.replace(/^CONFIG_ESP_TASK_WDT_(EN|TIMEOUT_S)=.*$/gm, "");
    assert.deepEqual(
      brokenPromises(parseSdkConfig(without), false).map((line) => line.split(" ")[0]),
      ["CONFIG_ESP_TASK_WDT_EN", "CONFIG_ESP_TASK_WDT_TIMEOUT_S"],
    );
  });
});
