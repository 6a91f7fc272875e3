import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { ESPLoader, Transport } from "esptool-js";
import { type BoardSetup, plugIn, programBytes } from "./board.rig.ts";
import { chipModels } from "./registers.ts";
import { WebSerialPort } from "./web-serial-port.ts";

/** esptool-js says what it does, also on the console. */
class QuietTransport extends Transport {
  override trace(): void {}
}
const terminal = { clean() {}, write() {}, writeLine() {} };

const spiAttach = 0x0d;
const md5 = (bytes: Uint8Array) => createHash("md5").update(bytes).digest("hex");
const image = programBytes(100_000);
const offset = 0x2_0000;

describe("A virtual board and esptool-js", function () {
  this.slow(5_000);
  let setup: ReturnType<typeof plugIn>;
  let transport: Transport;
  let loader: ESPLoader;

  /** As far as a loader that answers. */
  async function connect(options: BoardSetup = {}, baudrate = 115_200): Promise<void> {
    setup = plugIn(options);
    transport = new QuietTransport(new WebSerialPort(setup.cable) as never);
    loader = new ESPLoader({ transport, baudrate, terminal });
    await loader.detectChip();
    loader.DEFAULT_TIMEOUT = 300;
  }

  /** The loader of the ROM takes smaller blocks than esptool-js's own program on the chip. */
  async function write(data: Uint8Array, address = offset): Promise<void> {
    loader.FLASH_WRITE_SIZE = 0x400;
    await loader.checkCommand("attach the flash", spiAttach, new Uint8Array(8));
    await loader.writeFlash({
      fileArray: [{ data, address }],
      flashMode: "keep",
      flashFreq: "keep",
      flashSize: "keep",
      eraseAll: false,
      compress: true,
    });
  }

  /** It takes the ROM's text for bytes, and writes it in hexadecimal once more. */
  const readMd5 = async (length: number) =>
    Buffer.from(await loader.flashMd5sum(offset, length), "hex").toString();

  afterEach(async () => {
    await transport.disconnect().catch(() => {});
    setup.board.powerOff();
  });

  it("meet: the reset by control lines, the chip, its revision, crystal and address", async () => {
    await connect();
    assert.equal(setup.board.state, "download");
    assert.equal(loader.chip.CHIP_NAME, "ESP32");
    assert.equal(await loader.chip.getChipDescription(loader), "ESP32-D0WD-V3 (revision 3)");
    assert.equal(await loader.chip.getCrystalFreq(loader), 40);
    assert.equal(await loader.chip.readMac(loader), "24:6f:28:00:00:01");
  });

  it("write 100 kB, and verify its MD5", async () => {
    await connect();
    await write(image);
    assert.equal(await readMd5(image.length), md5(image));
    const { bytes } = setup.flash;
    assert.equal(Buffer.compare(bytes.subarray(offset, offset + image.length), image), 0);
    assert.equal(bytes[offset - 1], 0xff);
    assert.equal(await loader.detectFlashSize(), "4MB");
  });

  it("change the rate, and write at the new one", async () => {
    await connect({}, 921_600);
    await loader.changeBaud();
    assert.equal(transport.baudrate, 921_600);
    await write(image.subarray(0, 5_000));
    assert.equal(await readMd5(5_000), md5(image.subarray(0, 5_000)));
  });

  it("see another chip", async () => {
    await connect({ chip: chipModels.esp32s3 });
    assert.equal(loader.chip.CHIP_NAME, "ESP32-S3");
  });

  it("cannot start a program in the chip's memory", async () => {
    await connect();
    await assert.rejects(loader.runStub(), /enter RAM download mode failed with status 1,6/);
    await write(image.subarray(0, 5_000));
  });

  it("see that a byte is stuck when it is written", async () => {
    await connect({ stuckAt: offset + 50_001 });
    await assert.rejects(write(image), /failed with status 1,8/);
  });

  it("see by the MD5 that a byte has changed after it was written", async () => {
    await connect({ weakAt: offset + 50_001 });
    await write(image);
    assert.notEqual(await readMd5(image.length), md5(image));
  });

  it("stop when the cable is pulled out: the flash has what was written", async () => {
    await connect({ cutAfterBytes: 20_000 });
    loader.WRITE_BLOCK_ATTEMPTS = 1;
    await assert.rejects(write(image));
    const { bytes } = setup.flash;
    assert.equal(setup.board.state, "off");
    assert.equal(
      Buffer.compare(bytes.subarray(offset, offset + 5_000), image.subarray(0, 5_000)),
      0,
    );
    assert.ok(
      bytes.subarray(offset + 60_000, offset + image.length).every((byte) => byte === 0xff),
    );
  });

  it("cannot meet while another program has the port open", async () => {
    await connect();
    const port = new WebSerialPort(setup.cable);
    const second = new ESPLoader({
      transport: new QuietTransport(port as never),
      baudrate: 115_200,
      terminal,
    });
    await assert.rejects(second.detectChip(), /Failed to open serial port/);
  });
});
