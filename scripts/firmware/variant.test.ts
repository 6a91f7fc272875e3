import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tableOffset } from "../../host-sim/esp32/flash-image.ts";
import { UserError } from "../command-line/user-error.ts";
import { parsePartitions, partitionProblems } from "./partitions.ts";
import { parseSdkConfig } from "./sdkconfig.ts";
import {
  emulatorManifest,
  partitionsFileOf,
  requireBoardChip,
  sdkconfigOf,
  usedPinsOf,
} from "./variant.ts";

describe("a variant of the firmware", () => {
  const directory = mkdtempSync(join(tmpdir(), "boom-box-"));
  const sdk = { directory, mcconfig: "", environment: {} };
  const sdkBoard = join(directory, "build", "devices", "esp32", "targets", "wrover");
  const own = join(directory, "own");
  const manifest = join(own, "manifest.json");

  before(() => {
    mkdirSync(join(sdkBoard, "sdkconfig"), { recursive: true });
    mkdirSync(own);
    writeFileSync(join(sdkBoard, "manifest.json"), '{"config":{"led":{"pin":21}}}');
    const options = "CONFIG_SPIRAM=y\nCONFIG_ESP_INT_WDT=n";
    writeFileSync(join(sdkBoard, "sdkconfig", "sdkconfig.defaults"), options);
    writeFileSync(manifest, '{"defines":{"ethernet":{"int_pin":5}}}');
    writeFileSync(join(own, "sdkconfig.defaults"), "CONFIG_ETH_MDC_GPIO=23");
  });
  after(() => rmSync(directory, { recursive: true }));

  it("merges sdkconfig options: the SDK's, then ours, then the user's", () => {
    const config = parseSdkConfig(
      sdkconfigOf({ sdk, platform: "esp32/wrover", boardManifest: manifest }),
    );
    assert.equal(config.get("CONFIG_SPIRAM"), "y");
    assert.equal(config.get("CONFIG_ESP_INT_WDT"), "y");
    assert.equal(config.get("CONFIG_ETH_MDC_GPIO"), "23");
    const bare = parseSdkConfig(sdkconfigOf({ sdk, platform: "esp32" }));
    assert.equal(bare.get("CONFIG_ESP_INT_WDT"), "y");
    assert.ok(!bare.has("CONFIG_SPIRAM") && !bare.has("CONFIG_ETH_MDC_GPIO"));
  });

  it("for the emulator has its Ethernet MAC", () => {
    const config = parseSdkConfig(
      sdkconfigOf({ sdk, platform: "esp32", boardManifest: emulatorManifest }),
    );
    assert.equal(config.get("CONFIG_ETH_USE_OPENETH"), "y");
    assert.equal(config.get("CONFIG_ESP_TASK_WDT_EN"), "y");
  });

  it("that is secure has the key's path, and the table that encrypts the secrets", () => {
    const config = parseSdkConfig(sdkconfigOf({ sdk, platform: "esp32", secureBootKey: "/k.pem" }));
    assert.equal(config.get("CONFIG_SECURE_BOOT_V2_ENABLED"), "y");
    assert.equal(config.get("CONFIG_SECURE_BOOT_SIGNING_KEY"), "/k.pem");
    const table = readFileSync(partitionsFileOf(true), "utf8");
    const partitions = parsePartitions(table);
    assert.ok(Array.isArray(partitions));
    assert.deepEqual(partitionProblems(partitions, true), []);
    assert.equal(
      config.get("CONFIG_PARTITION_TABLE_OFFSET"),
      `0x${tableOffset(true).toString(16)}`,
    );
    for (const name of ["box", "nvs_key", "coredump"]) {
      const open = parsePartitions(
        table.replace(new RegExp(`^(${name},.*),.*encrypted$`, "m"), "$1"),
      );
      assert.ok(Array.isArray(open));
      assert.deepEqual(partitionProblems(open, true), [
        `${name} holds secrets, but is not marked as encrypted`,
      ]);
    }
  });

  it("has the options of its chip, and not those of another", () => {
    const config = parseSdkConfig(sdkconfigOf({ sdk, platform: "esp32", chip: "esp32c3" }));
    assert.equal(config.get("CONFIG_ESP_SYSTEM_ALLOW_RTC_FAST_MEM_AS_HEAP"), "n");
    assert.ok(!config.has("CONFIG_ULP_COPROC_ENABLED"));
    assert.ok(
      parseSdkConfig(sdkconfigOf({ sdk, platform: "esp32" })).has("CONFIG_ULP_COPROC_ENABLED"),
    );
  });

  it("is refused for another chip than the SDK's board has", () => {
    const targets = join(directory, "build", "devices", "esp32", "targets");
    for (const [board, chip] of [
      ["tiny", "esp32c3"],
      ["new", "esp32c6"],
    ] as const) {
      mkdirSync(join(targets, board));
      writeFileSync(
        join(targets, board, "manifest.json"),
        `{"build":{"ESP32_SUBCLASS":"${chip}"}}`,
      );
    }
    const refused = (board: string, words: RegExp) =>
      assert.throws(
        () => requireBoardChip(sdk, `esp32/${board}`, "esp32"),
        (error) => error instanceof UserError && words.test(error.message),
      );
    refused("tiny", /is a board with an ESP32-C3: use --chip esp32c3$/);
    refused("new", /chip esp32c6, for which there is no firmware: use one with ESP32, ESP32-S3/);
    requireBoardChip(sdk, "esp32/tiny", "esp32c3");
    for (const platform of ["esp32", "esp32/wrover", "esp32/unknown"])
      requireBoardChip(sdk, platform, "esp32");
  });

  it("knows the pins of both manifests, and their files", () => {
    const pinsOf = (platform: string, file?: string) =>
      usedPinsOf(sdk, platform, file).map(({ pin, by }) => `${pin} ${by.split(" of ")[0]}`);
    assert.deepEqual(pinsOf("esp32", manifest), ["5 defines.ethernet.int_pin"]);
    assert.match(usedPinsOf(sdk, "esp32", manifest)[0]?.by ?? "", /of .*own.manifest\.json$/);
    assert.deepEqual(pinsOf("esp32/wrover", manifest), [
      "21 config.led.pin",
      "5 defines.ethernet.int_pin",
    ]);
    assert.deepEqual(pinsOf("esp32/unknown"), []);
    assert.deepEqual(pinsOf("esp32", emulatorManifest), []);
    writeFileSync(join(own, "broken.json"), "{");
    assert.throws(
      () => usedPinsOf(sdk, "esp32", join(own, "broken.json")),
      (error) => error instanceof UserError && /is not valid JSON: correct it/.test(error.message),
    );
  });
});
