import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ImprovSerial } from "improv-wifi-serial-sdk/dist/serial.js";
import { BoxData, boxPartitionLength } from "../device/box-data.ts";
import { readSettings, settingsFile, writeSettings } from "../device/settings-text.ts";
import { NorFlash } from "./board/nor-flash.ts";
import { UsbCable } from "./board/usb-cable.ts";
import { VirtualBoard } from "./board/virtual-board.ts";
import { WebSerialPort } from "./board/web-serial-port.ts";
import { boardFirmware } from "./board-firmware.ts";
import { startLocalCloud } from "./cloud/one-project.ts";
import type { CloudStandIn } from "./cloud/stand-in.ts";
import { wholeFlash } from "./esp32/flash-image.rig.ts";
import { boxPartitionAt } from "./esp32/flash-image.ts";
import { MemoryFlash } from "./hardware/flash.ts";
import { ScriptedNetwork } from "./hardware/network.ts";
import { createAuthority, type Identity, issueClient, issueServer } from "./pki/authority.ts";
import { RecordLog } from "./record-log.rig.ts";
import { bundleForEngine, simulatorProgram } from "./xs/bundle/for-engine.ts";
import { requireEngine } from "./xs/engine.rig.ts";
import type { XsOptions } from "./xs/firmware.ts";

const log = { log() {}, error() {}, debug() {} };
const home = { SSID: "home", password: "let me in", RSSI: -50, address: "127.0.0.1" };
const office = { SSID: "office", password: "12345678", RSSI: -70, address: "127.0.0.1" };

let material: Promise<Record<"ca" | "server" | "box", Identity>> | undefined;
async function makeMaterial() {
  const ca = await createAuthority();
  return { ca, server: await issueServer(ca), box: await issueClient(ca, "lot-1") };
}

for (const engine of ["node", "xs"] as const) {
  describe(`a virtual board with the firmware on ${engine}`, function () {
    this.timeout(60_000);
    let directory: string | undefined;
    let xs: XsOptions | undefined;
    let cloud: CloudStandIn | undefined;
    let cable: UsbCable;
    let flash: NorFlash;
    let records: RecordLog;

    before(async function () {
      if (engine === "node") return;
      const binary = requireEngine(this);
      directory = mkdtempSync(join(tmpdir(), "boom-box-"));
      const modules = (await bundleForEngine(directory, simulatorProgram)).map(({ file }) => file);
      xs = {
        binary,
        modules,
        onFailed: (error) => {
          throw error;
        },
      };
    });
    after(() => {
      if (directory !== undefined) rmSync(directory, { recursive: true });
    });
    beforeEach(() => {
      records = new RecordLog();
    });
    afterEach(async () => {
      cable.cut();
      await cloud?.close();
      cloud = undefined;
    });

    const partition = () =>
      new BoxData(
        new MemoryFlash(flash.bytes.slice(boxPartitionAt, boxPartitionAt + boxPartitionLength)),
      );
    const settings = () => readSettings(partition().read(settingsFile) ?? new Uint8Array());

    function plugIn(files?: ReadonlyMap<string, Uint8Array>): void {
      const content = wholeFlash();
      if (files !== undefined) {
        const end = boxPartitionAt + boxPartitionLength;
        new BoxData(new MemoryFlash(content.subarray(boxPartitionAt, end))).write(files);
      }
      flash = new NorFlash(content);
      const startProgram = boardFirmware({
        network: new ScriptedNetwork([home, office], 20),
        ...(xs === undefined ? {} : { xs }),
        onRecord: records.add,
      });
      cable = new UsbCable(new VirtualBoard({ flash, startProgram }));
    }

    async function startCloud() {
      material ??= makeMaterial();
      const { ca, server, box } = await material;
      cloud = await startLocalCloud({
        prefix: "gate",
        port: 0,
        ca: ca.certificatePem,
        certificate: server.certificatePem,
        key: server.keyPem,
        things: [{ thingName: "lot-1", certificate: box.certificatePem }],
        service: { certificate: server.certificatePem },
        onRecord: () => {},
      });
      return { cloud, ca, box };
    }

    /** The standard's own client, at the board's serial port. */
    async function connectImprov(): Promise<ImprovSerial> {
      const port = new WebSerialPort(cable);
      await port.open({ baudRate: 115_200 });
      const client = new ImprovSerial(port as never, log);
      await client.initialize(10_000);
      return client;
    }

    it("waits without a box's files, and takes a network by Improv", async () => {
      plugIn();
      const waiting = await records.first({ type: "setup", state: "waiting" });
      assert.ok(waiting.type === "setup" && waiting.detail === "the box is not set up yet");
      const client = await connectImprov();
      assert.deepEqual(
        [client.info?.firmware, client.info?.chipFamily, client.info?.name],
        ["Boom Box", "ESP32", "Boom Box"],
      );
      assert.deepEqual(await client.scan(5_000), [
        { name: "home", rssi: -50, secured: true },
        { name: "office", rssi: -70, secured: true },
      ]);
      await assert.rejects(client.provision("home", "wrong password", 10_000), /UNABLE_TO_CONNECT/);
      await client.provision("home", "let me in", 10_000);
      assert.deepEqual(settings(), { networks: [{ SSID: "home", password: "let me in" }] });
      assert.ok(!records.all.some(({ type }) => type === "pin"));
      await client.close();
    });

    it("changes the WiFi of a box by Improv: no flashing, the same identity, and it opens", async () => {
      const { cloud, ca, box } = await startCloud();
      const files = new Map<string, Uint8Array>([
        [
          settingsFile,
          writeSettings({
            thingName: "lot-1",
            endpoint: "localhost",
            port: cloud.port,
            pulseMs: 100,
            networks: [{ SSID: "old office", password: "not in range" }],
            appUrl: "https://gate.example/",
          }),
        ],
        ["ca.der", ca.certificateDer],
        ["certificate.der", box.certificateDer],
        ["private-key.der", box.keyDer],
      ]);
      plugIn(files);
      await records.first({ type: "connection", state: "backoff" });
      const client = await connectImprov();
      assert.equal(client.info?.name, "lot-1");
      await client.provision("office", "12345678", 20_000);
      assert.equal(client.nextUrl, "https://gate.example/");
      await records.first({ type: "status", state: "online" });
      await cloud.publish("gate/lot-1/command", "open");
      await records.first({ type: "event", outcome: "opened" });
      const edges = records.all.flatMap((each) => (each.type === "pin" ? [each.value] : []));
      assert.deepEqual(edges, [1, 0]);
      for (const name of ["ca.der", "certificate.der", "private-key.der"]) {
        assert.deepEqual(partition().read(name), Uint8Array.from(files.get(name) ?? []), name);
      }
      await client.close();
    });
  });
}
