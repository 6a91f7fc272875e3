import assert from "node:assert/strict";
import { documentFor, firmwareImage, publicKey, versionIn } from "../device/core/update.rig.ts";
import type { NorFlash } from "./board/nor-flash.ts";
import { UsbCable } from "./board/usb-cable.ts";
import { VirtualBoard } from "./board/virtual-board.ts";
import { boardFirmware } from "./board-firmware.ts";
import { Jobs } from "./cloud/jobs.ts";
import type { CloudStandIn } from "./cloud/stand-in.ts";
import { Streams } from "./cloud/streams.ts";
import { RecordLog } from "./record-log.rig.ts";
import { cloudForBox, flashOfBox } from "./virtual-box.rig.ts";

const oldImage = firmwareImage("1.0.0", 30_000);
const newImage = firmwareImage("1.1.0", 60_000);

describe("a virtual board whose firmware is updated by a job", function () {
  this.timeout(120_000);
  let cloud: CloudStandIn;
  let jobs: Jobs;
  let streams: Streams;
  let cable: UsbCable;
  let flash: NorFlash;
  let records: RecordLog;

  beforeEach(async () => {
    records = new RecordLog();
    jobs = new Jobs();
    streams = new Streams();
    cloud = await cloudForBox({ jobs, streams });
    flash = await flashOfBox(oldImage, {
      thingName: "lot-1",
      endpoint: "localhost",
      port: cloud.port,
      pulseMs: 100,
      cooldownMs: 0,
      updates: "aws",
      networks: [{ SSID: "car park" }],
    });
    const startProgram = boardFirmware({
      updateKeys: [publicKey],
      versionOf: versionIn,
      onRecord: records.add,
    });
    cable = new UsbCable(new VirtualBoard({ flash, startProgram }));
  });
  afterEach(async () => {
    cable.cut();
    await cloud.close();
  });

  async function open(): Promise<void> {
    const before = records.all.length;
    await cloud.publish("gate/lot-1/command", "open");
    const event = await records.first({ type: "event" }, before);
    assert.ok(event.type === "event" && event.outcome === "opened", JSON.stringify(event));
  }

  function offer(image: Uint8Array, document: object): void {
    const now = Date.now();
    streams.create({ streamId: "firmware-1", files: [{ fileId: 0, source: image }] });
    jobs.create(
      {
        jobId: "update-1",
        targets: ["lot-1"],
        document: JSON.stringify({ ...document, stream: "firmware-1", file: 0 }),
      },
      now,
    );
  }

  const updateStates = () =>
    records.all.flatMap((each) => (each.type === "update" ? [each.state] : []));

  it("refuses a firmware that is not signed with its key, and erases nothing", async () => {
    await records.first({ type: "status", state: "online" });
    const before = flash.bytes.slice(0x21_0000);
    const { signature: _, ...document } = documentFor(newImage);
    offer(newImage, { ...document, signature: documentFor(oldImage).signature });
    const rejected = await records.first({ type: "update", state: "rejected" });
    assert.ok(rejected.type === "update" && rejected.reason === "signature");
    await open();
    assert.deepEqual(flash.bytes.slice(0x21_0000), before);
  });

  it("downloads, opens meanwhile, restarts on trial, and opens with the new firmware", async () => {
    const first = await records.first({ type: "status", state: "online" });
    assert.ok(first.type === "status" && first.firmware === "1.0.0");
    await open();
    offer(newImage, documentFor(newImage));
    await records.first({ type: "update", state: "downloading" });
    await open();
    await records.first({ type: "update", state: "restarting" });
    const second = await records.first({ type: "status", firmware: "1.1.0" });
    assert.ok(second.type === "status");
    await records.first({ type: "update", state: "trial" });
    await open();
    assert.deepEqual(updateStates(), ["downloading", "ready", "restarting", "trial"]);
    const execution = jobs.describeExecution("update-1", "lot-1");
    assert.ok(JSON.stringify(execution).includes("IN_PROGRESS"), JSON.stringify(execution));
    // The power fails before it was confirmed: the old one is back, and says so.
    cable.cut();
    records.all.length = 0;
    cable.plugIn();
    const third = await records.first({ type: "status", state: "online" });
    assert.ok(third.type === "status" && third.firmware === "1.0.0");
    const failed = await records.first({ type: "update", state: "failed" });
    assert.ok(failed.type === "update" && failed.reason === "rolled-back");
    await open();
  });
});
