import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { findEsptoolProgram } from "../../host-sim/esp32/esptool-programs.ts";
import { MockBootloader } from "../../host-sim/esp32/mock-bootloader.ts";
import { skipWithout } from "../../host-sim/optional.rig.ts";
import { firmwareOf, partsOf } from "../package/firmware.rig.ts";
import { choosePort } from "../serial/choose-port.ts";
import { parseTcpAddress } from "../serial/tcp-address.ts";
import { UsbSerialPort } from "../serial/usb-serial-port.ts";
import { type FlashOptions, type FlashResult, flashBoard } from "./flash-board.ts";

const firmware = firmwareOf({ parts: partsOf(300_000) });
const box = new Map([
  ["settings.json", Buffer.from('{"thingName":"lot-1"}')],
  ["private-key.der", new Uint8Array(1_200).fill(5)],
]);

async function flash(name: string, options: Partial<FlashOptions> = {}): Promise<FlashResult> {
  const { port } = await choosePort(name);
  return flashBoard({
    port,
    hasControlLines: false,
    before: "no-reset",
    stub: "auto",
    baudRate: 460_800,
    signal: new AbortController().signal,
    startTimeoutMs: 10,
    onStage: () => {},
    onProgress: () => {},
    ...options,
  });
}

function flashed(result: FlashResult) {
  return result.type === "flashed" ? result : assert.fail(result.message);
}

describe("flashing, with the loader of Python's esptool on the other side", function () {
  this.timeout(30_000);
  const program = findEsptoolProgram("esp32-mock-bootloader");
  const mocks: MockBootloader[] = [];
  before(function () {
    const needed = "esp32-mock-bootloader from PyPI";
    skipWithout(this, "esptool", program !== undefined, needed);
  });
  afterEach(async () => {
    for (const mock of mocks.splice(0)) await mock.stop();
  });

  async function start(options?: Parameters<typeof MockBootloader.start>[1]) {
    const mock = await MockBootloader.start(program ?? "", options);
    mocks.push(mock);
    return mock;
  }

  for (const stub of ["auto", "never"] as const) {
    it(`writes and verifies ${stub === "auto" ? "by the stub" : "by the ROM alone"}, and then nothing twice`, async () => {
      const { port } = await start();
      const first = flashed(await flash(port, { firmware, box, stub }));
      assert.deepEqual(
        first.parts.map(({ isWritten }) => isWritten),
        [true, true, false, true],
      );
      assert.equal(first.box, "written");
      const second = flashed(await flash(port, { firmware, box, stub }));
      assert.deepEqual([second.box, second.sentBytes], ["unchanged", 0]);
      const onlySettings = { box: new Map([["settings.json", Buffer.from("{}")]]), stub };
      const third = flashed(await flash(port, onlySettings));
      assert.deepEqual([third.box, third.parts], ["written", []]);
      assert.ok(third.sentBytes < first.sentBytes / 20, "settings alone are much less");
    });
  }

  it("names another chip, and writes nothing to it", async () => {
    const { port } = await start({ chip: "esp32s3" });
    const result = await flash(port, { firmware });
    assert.equal(result.type === "failed" && result.problem, "wrong-chip");
    assert.match(result.type === "failed" ? result.message : "", /chip of this board is ESP32-S3/);
  });

  it("says what the board has when the connection is cut, and the next run mends it", async () => {
    const { port } = await start();
    const proxy = await cutAfter(port, 100_000);
    const cut = await flash(proxy.port, { firmware, box });
    if (cut.type !== "failed") assert.fail("it was not cut");
    assert.equal(cut.problem, "port");
    assert.match(cut.message, /the connection to socket:.* ended/);
    assert.match(cut.state, /firmware on the board is not complete: run the same command again/);
    proxy.close();
    assert.equal(flashed(await flash(port, { firmware, box })).box, "written");
  });

  it("goes over a terminal of this machine, which one program uses at a time", async function () {
    if (process.platform === "win32") this.skip();
    const { port } = await start({ isTerminal: true });
    assert.equal(flashed(await flash(port, { firmware, box })).box, "written");
    const other = new UsbSerialPort(port);
    await other.open({ baudRate: 115_200 });
    const result = await flash(port, { firmware });
    await other.close();
    assert.match(result.type === "failed" ? result.message : "", /is in use: close the program/);
  });
});

/** A way to the board that is destroyed after so many bytes. */
async function cutAfter(target: string, bytes: number) {
  const address = parseTcpAddress(target);
  if (address === undefined) throw new Error("no address");
  const server = createServer((client) => {
    const board = connect(address);
    let left = bytes;
    client.on("data", (data) => {
      left -= data.length;
      if (left > 0) board.write(data);
      else for (const socket of [client, board]) socket.destroy();
    });
    board.pipe(client);
    for (const socket of [client, board]) socket.on("error", () => {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { port: `socket://127.0.0.1:${port}`, close: () => server.close() };
}
