import assert from "node:assert/strict";
import { firmwareImage } from "../device/core/update.rig.ts";
import { CrashMemory, crashMemoryBytes } from "../device/crash-memory.ts";
import { type CrashReport, readCrashReport } from "../device/messages/crash.ts";
import { UsbCable } from "./board/usb-cable.ts";
import { VirtualBoard } from "./board/virtual-board.ts";
import { boardFirmware } from "./board-firmware.ts";
import type { CloudRecord } from "./cloud/records.ts";
import type { CloudStandIn } from "./cloud/stand-in.ts";
import { ScriptedNetwork } from "./hardware/network.ts";
import { RecordLog } from "./record-log.rig.ts";
import { MemoryRetained } from "./retained-memory.ts";
import { cloudForBox, flashOfBox } from "./virtual-box.rig.ts";

const home = { SSID: "home", password: "let me in", RSSI: -50, address: "127.0.0.1" };

describe("a virtual board that has crashed", function () {
  this.timeout(60_000);
  let cloud: CloudStandIn;
  let cable: UsbCable;
  let records: RecordLog;
  let seen: CloudRecord[];
  let retained: MemoryRetained;

  beforeEach(() => {
    records = new RecordLog();
    seen = [];
    retained = new MemoryRetained(crashMemoryBytes);
    const crashed = new CrashMemory(retained);
    crashed.begin("power-on", "0.9.0");
    crashed.note('{"at":1,"type":"connection"}');
    crashed.abort("memory full", undefined);
  });
  afterEach(async () => {
    cable.cut();
    await cloud.close();
  });

  async function start(settings: { readonly log?: boolean }, isAllowed = true): Promise<void> {
    cloud = await cloudForBox({ onRecord: (each) => seen.push(each) }, isAllowed);
    const flash = await flashOfBox(firmwareImage("1.0.0", 30_000), {
      thingName: "lot-1",
      endpoint: "localhost",
      port: cloud.port,
      networks: [{ SSID: "home", password: "let me in" }],
      updates: "aws",
      ...settings,
    });
    const network = new ScriptedNetwork([home], 20);
    const startProgram = boardFirmware({ network, retained, onRecord: records.add });
    cable = new UsbCable(new VirtualBoard({ flash, startProgram }));
    await records.first({ type: "status", state: "online" });
  }

  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise(setImmediate);
  }

  const reports = () =>
    seen.flatMap((each): CrashReport[] => {
      if (each.type !== "published" || each.topic !== "gate/lot-1/log") return [];
      return [readCrashReport(JSON.parse(Buffer.from(each.payload).toString())) ?? assert.fail()];
    });
  const isPending = () => {
    const now = new CrashMemory(retained);
    now.begin("power-on", "1.0.0");
    return now.isPending;
  };

  it("tells a cloud that allows it, once, and forgets it", async () => {
    await start({ log: true });
    await until(() => !isPending());
    const [report, ...others] = reports();
    assert.equal(others.length, 0);
    assert.equal(report?.firmware, "0.9.0");
    assert.equal(report?.abort?.why, "memory full");
    assert.deepEqual(report?.lines, ['{"at":1,"type":"connection"}']);
  });

  it("stays connected where its policy forbids the topic, because its settings do not want it", async () => {
    await start({}, false);
    // What it publishes next comes after a log.
    await until(() =>
      seen.some((each) => each.type === "published" && each.topic.endsWith("/jobs/start-next")),
    );
    assert.deepEqual(reports(), []);
    assert.ok(!seen.some(({ type }) => type === "denied" || type === "disconnected"));
  });

  it("loses its connection where the settings want what the policy forbids", async () => {
    await start({ log: true }, false);
    await until(() => seen.some(({ type }) => type === "denied"));
    const denied = seen.find((each) => each.type === "denied");
    assert.match(String(denied?.resource), /:topic\/gate\/lot-1\/log$/);
    assert.equal(isPending(), true);
  });
});
