import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { skipWithout } from "../optional.rig.ts";
import { type BoardSetup, plugIn, programBytes } from "./board.rig.ts";
import { findEsptool, neededForEsptool, runEsptool } from "./esptool.rig.ts";
import { chipModels } from "./registers.ts";
import { TcpPort } from "./tcp-port.ts";

const image = programBytes(100_000);
const offset = "0x20000";

describe("A virtual board and Python's esptool", function () {
  this.timeout(60_000);
  this.slow(10_000);
  const program = findEsptool() ?? "";
  let directory: string;
  let file: string;
  let setup: ReturnType<typeof plugIn>;
  let port: TcpPort;

  before(function () {
    skipWithout(this, "esptool", program !== "", neededForEsptool);
    directory = mkdtempSync(join(tmpdir(), "boom-box-esptool-"));
    file = join(directory, "image.bin");
    writeFileSync(file, image);
  });

  after(() => {
    if (directory !== undefined) rmSync(directory, { recursive: true });
  });

  async function start(options: BoardSetup = {}): Promise<void> {
    setup = plugIn(options);
    port = await TcpPort.open(setup.cable, { startsInDownloadMode: true });
  }

  afterEach(async () => {
    await port.close();
    setup.board.powerOff();
  });

  const esptool = (...args: readonly string[]) => runEsptool(program, port.url, ...args);

  it("write 100 kB, and verify its MD5", async () => {
    await start();
    const { isOk, output } = await esptool("write-flash", offset, file);
    assert.ok(isOk && /Hash of data verified/.test(output), output);
    assert.match(output, /ESP32-D0WD-V3 \(revision v3\.1\).*40MHz.*24:6f:28:00:00:01/s);
    const written = setup.flash.bytes.subarray(Number(offset), Number(offset) + image.length);
    assert.equal(Buffer.compare(written, image), 0);
  });

  it("write without compression, and read it back", async () => {
    await start();
    const small = join(directory, "small.bin");
    writeFileSync(small, image.subarray(0, 5_000));
    const { isOk, output } = await esptool("write-flash", "--no-compress", offset, small);
    assert.ok(isOk && /Hash of data verified/.test(output), output);
    await port.close();
    port = await TcpPort.open(setup.cable, { startsInDownloadMode: true });
    const copy = join(directory, "copy.bin");
    const read = await esptool("read-flash", offset, "5000", copy);
    assert.ok(read.isOk, read.output);
    assert.equal(Buffer.compare(readFileSync(copy), image.subarray(0, 5_000)), 0);
  });

  it("see another chip", async () => {
    await start({ chip: chipModels.esp32s3 });
    const { isOk, output } = await esptool("--chip", "esp32", "flash-id");
    assert.equal(isOk, false);
    assert.match(output, /This chip is ESP32-S3, not ESP32/);
  });

  it("see by the MD5 that a byte has changed after it was written", async () => {
    await start({ weakAt: Number(offset) + 50_001 });
    const { isOk, output } = await esptool("write-flash", offset, file);
    assert.equal(isOk, false);
    assert.match(output, /MD5 of file does not match/);
  });
});
