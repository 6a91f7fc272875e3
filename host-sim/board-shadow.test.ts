import assert from "node:assert/strict";
import { BoxData } from "../device/box-data.ts";
import { firmwareImage } from "../device/core/update.rig.ts";
import { type RawSettings, readSettings, settingsFile } from "../device/settings-text.ts";
import type { NorFlash } from "./board/nor-flash.ts";
import { UsbCable } from "./board/usb-cable.ts";
import { VirtualBoard } from "./board/virtual-board.ts";
import { boardFirmware } from "./board-firmware.ts";
import type { JsonObject } from "./cloud/shadow-document.ts";
import { Shadows } from "./cloud/shadows.ts";
import type { CloudStandIn } from "./cloud/stand-in.ts";
import { ScriptedNetwork } from "./hardware/network.ts";
import { RecordLog } from "./record-log.rig.ts";
import { boxPartitionOf, cloudForBox, flashOfBox } from "./virtual-box.rig.ts";

const home = { SSID: "home", password: "let me in", RSSI: -50, address: "127.0.0.1" };
const office = { SSID: "office", password: "12345678", RSSI: -70, address: "127.0.0.1" };

describe("a virtual board with a shadow", function () {
  this.timeout(60_000);
  let cloud: CloudStandIn;
  let shadows: Shadows;
  let cable: UsbCable;
  let flash: NorFlash;
  let records: RecordLog;
  let settings: RawSettings;
  let subscribed: (readonly string[])[];

  beforeEach(async () => {
    records = new RecordLog();
    subscribed = [];
    shadows = new Shadows();
    cloud = await cloudForBox({
      shadows,
      onRecord: (each) => {
        if (each.type === "subscribed") subscribed.push(each.filters);
      },
    });
    settings = {
      thingName: "lot-1",
      endpoint: "localhost",
      port: cloud.port,
      pulseMs: 100,
      cooldownMs: 0,
      shadow: true,
      // All that a SUBSCRIBE has room for at AWS.
      updates: "aws",
      networks: [{ SSID: "home", password: "let me in" }],
    };
    flash = await flashOfBox(firmwareImage("1.0.0", 30_000), settings);
    const startProgram = boardFirmware({
      network: new ScriptedNetwork([home, office], 20),
      onRecord: records.add,
    });
    cable = new UsbCable(new VirtualBoard({ flash, startProgram }));
  });
  afterEach(async () => {
    cable.cut();
    await cloud.close();
  });

  it("subscribes to its commands, its updates and its shadow at once", async () => {
    await records.first({ type: "shadow", state: "reported" });
    assert.equal(subscribed.at(-1)?.length, 8);
  });

  it("subscribes twice if it has named gates too, and opens, reports and updates each as its own", async () => {
    cable.cut();
    const { pulseMs, cooldownMs, ...rest } = settings;
    const gates = [
      { name: "in", pin: 5, pulseMs, cooldownMs },
      { name: "out", pin: 18, pulseMs, cooldownMs },
    ];
    const withGates = { ...rest, gates };
    flash = await flashOfBox(firmwareImage("1.0.0", 30_000), withGates);
    records.all.length = 0;
    subscribed.length = 0;
    const startProgram = boardFirmware({
      network: new ScriptedNetwork([home], 20),
      onRecord: records.add,
    });
    cable = new UsbCable(new VirtualBoard({ flash, startProgram }));
    await records.first({ type: "shadow", state: "reported" });
    assert.deepEqual(
      subscribed.map(({ length }) => length),
      [8, 1],
    );
    const { reported = {} } = state();
    assert.equal(reported.pin, undefined);
    assert.ok(Array.isArray(reported.gates) && reported.gates.length === 2);
    await cloud.publish("gate/lot-1/out/command", "open");
    const event = await records.first({ type: "event", outcome: "opened" });
    assert.ok(event.type === "event" && event.gateName === "out");
    assert.ok(records.all.some((each) => each.type === "pin" && each.pin === 18));
    desire({ pulseMs: 200 });
    const refused = await records.first({ type: "shadow", state: "refused" });
    assert.ok(refused.type === "shadow");
    assert.match(refused.reasons.join(), /gates and pulseMs: say it for each gate in gates/);
    assert.deepEqual(kept(), withGates);
  });

  const desire = (desired: JsonObject) =>
    assert.equal(shadows.update("lot-1", { state: { desired } }, Date.now()), undefined);
  const state = () => shadows.view("lot-1")?.state ?? {};
  const kept = () => {
    const data = new BoxData(boxPartitionOf(flash.bytes.slice()));
    return readSettings(data.read(settingsFile) ?? new Uint8Array());
  };

  it("takes another network and another pulse, and keeps them once it is connected", async () => {
    await records.first({ type: "shadow", state: "reported" });
    assert.deepEqual(state().reported?.networks, [{ SSID: "home", secured: true }]);
    const networks = [{ SSID: "office", password: "12345678" }, { SSID: "home" }];
    desire({ networks, pulseMs: 200 });
    await records.first({ type: "setup", state: "trying-settings" });
    assert.deepEqual(kept(), settings);
    await records.first({ type: "shadow", state: "applied" });
    const known = { SSID: "home", password: "let me in" };
    assert.deepEqual(kept(), { ...settings, pulseMs: 200, networks: [networks[0], known] });
    assert.equal(state().desired, undefined);
    assert.equal(state().reported?.pulseMs, 200);
    assert.doesNotMatch(JSON.stringify([state(), records]), /12345678|let me in/);
    await cloud.publish("gate/lot-1/command", "open");
    const event = await records.first({ type: "event", outcome: "opened" });
    assert.ok(event.type === "event" && (event.pulseMs ?? 0) >= 195);
  });

  it("goes back to its settings after a power cut while others are tried, and says so", async () => {
    await records.first({ type: "shadow", state: "reported" });
    desire({ networks: [{ SSID: "nowhere", password: "12345678" }] });
    await records.first({ type: "setup", state: "trying-settings" });
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.deepEqual(kept(), settings);
    cable.cut();
    records.all.length = 0;
    cable.plugIn();
    await records.first({ type: "setup", state: "settings-taken-back" });
    const refused = await records.first({ type: "shadow", state: "refused" });
    const reasons = ["the box restarted while it was tried"];
    assert.ok(refused.type === "shadow");
    assert.deepEqual(refused.reasons, reasons);
    assert.deepEqual(state().reported?.refused, reasons);
    assert.equal(state().desired, undefined);
    assert.deepEqual(kept(), settings);
  });
});
