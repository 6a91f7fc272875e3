import assert from "node:assert/strict";
import { BoxData, boxPartitionLength } from "../../device/box-data.ts";
import { parseSettings } from "../../device/config.ts";
import { boxPartitionAt, flashBytes } from "../../host-sim/esp32/flash-image.ts";
import { MemoryFlash } from "../../host-sim/hardware/flash.ts";
import { UserError } from "../command-line/user-error.ts";
import { emulatedFiles, emulatedSettings, installBoxFiles } from "./box-files.ts";

const settings = {
  thingName: "lot-1",
  endpoint: "broker.test",
  pin: 21,
  networks: [{ SSID: "car park", password: "open sesame" }],
};

describe("the files of an emulated box", () => {
  it("use Ethernet, this machine as the broker, and contain no WiFi password", () => {
    const result = parseSettings(emulatedSettings(settings));
    assert.ok(result.type === "settings");
    const { network, pin, endpoint, networks } = result.settings;
    assert.deepEqual([network, pin, endpoint, networks], ["ethernet", 21, "10.0.2.2", []]);
    assert.throws(() => emulatedSettings({ thingName: "lot-1", pulseMs: 0 }), UserError);
  });

  it("are written to their partition, and nowhere else", () => {
    const flash = new Uint8Array(flashBytes).fill(0xff);
    const files = emulatedFiles(settings, new Map([["ca.der", Uint8Array.of(1)]]));
    installBoxFiles(flash, files);
    const end = boxPartitionAt + boxPartitionLength;
    const partition = new MemoryFlash(flash.slice(boxPartitionAt, end));
    assert.deepEqual(new BoxData(partition).readAll(), files);
    flash.fill(0xff, boxPartitionAt, end);
    assert.ok(flash.every((byte) => byte === 0xff));
  });
});
