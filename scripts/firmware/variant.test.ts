import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseSettings } from "../../device/config.ts";
import { UserError } from "../command-line/user-error.ts";
import { parseSdkConfig } from "./sdkconfig.ts";
import { emulatorManifest, forEmulator, requireFreePin, sdkconfigOf } from "./variant.ts";

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
    const config = parseSdkConfig(sdkconfigOf(sdk, "esp32/wrover", manifest));
    assert.equal(config.get("CONFIG_SPIRAM"), "y");
    assert.equal(config.get("CONFIG_ESP_INT_WDT"), "y");
    assert.equal(config.get("CONFIG_ETH_MDC_GPIO"), "23");
    const bare = parseSdkConfig(sdkconfigOf(sdk, "esp32"));
    assert.equal(bare.get("CONFIG_ESP_INT_WDT"), "y");
    assert.ok(!bare.has("CONFIG_SPIRAM") && !bare.has("CONFIG_ETH_MDC_GPIO"));
  });

  it("for the emulator has its Ethernet MAC", () => {
    const config = parseSdkConfig(sdkconfigOf(sdk, "esp32", emulatorManifest));
    assert.equal(config.get("CONFIG_ETH_USE_OPENETH"), "y");
    assert.equal(config.get("CONFIG_ESP_TASK_WDT_EN"), "y");
  });

  it("is refused if a board uses the gate's pin; the error names setting and pin", () => {
    assert.throws(
      () => requireFreePin(sdk, "esp32", 5, manifest),
      (error) =>
        error instanceof UserError &&
        /own.manifest\.json uses the gate's pin 5 \(defines\.ethernet\.int_pin\)/.test(
          error.message,
        ),
    );
    assert.throws(
      () => requireFreePin(sdk, "esp32/wrover", 21),
      /wrover.manifest\.json uses the gate's pin 21 \(config\.led\.pin\)/,
    );
    requireFreePin(sdk, "esp32/wrover", 22, manifest);
    requireFreePin(sdk, "esp32/unknown", 5);
    requireFreePin(sdk, "esp32", 5, emulatorManifest);
    writeFileSync(join(own, "broken.json"), "{");
    assert.throws(
      () => requireFreePin(sdk, "esp32", 5, join(own, "broken.json")),
      /is not valid JSON: correct it/,
    );
  });

  it("for the emulator uses Ethernet, and contains no WiFi password", () => {
    const input = {
      thingName: "lot-1",
      endpoint: "broker.test",
      pin: 21,
      networks: [{ SSID: "car park", password: "open sesame" }],
    };
    const result = parseSettings(input);
    assert.ok(result.type !== "problems");
    const { settings, text } = forEmulator({
      settings: result.settings,
      text: JSON.stringify(input),
    });
    assert.equal(settings.network, "ethernet");
    assert.equal(settings.pin, 21);
    assert.doesNotMatch(text, /sesame|car park/);
    assert.match(text, /"network":"ethernet"/);
  });
});
