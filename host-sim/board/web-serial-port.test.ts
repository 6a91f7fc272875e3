import assert from "node:assert/strict";
import { wholeFlash } from "../esp32/flash-image.rig.ts";
import { type BoardSetup, plugIn } from "./board.rig.ts";
import { WebSerialPort } from "./web-serial-port.ts";

const speed = { baudRate: 115_200 };
const named = (name: string) => (error: unknown) =>
  error instanceof DOMException && error.name === name;

describe("WebSerialPort", () => {
  let cable: ReturnType<typeof plugIn>["cable"];
  let board: ReturnType<typeof plugIn>["board"];
  let port: WebSerialPort;

  function start(setup: BoardSetup = {}): void {
    ({ cable, board } = plugIn({ content: wholeFlash(), ...setup }));
    port = new WebSerialPort(cable);
  }

  afterEach(() => board.powerOff());

  /** Reads until `words` have come. */
  async function readUntil(words: string): Promise<void> {
    const reader = port.readable?.getReader();
    assert.ok(reader);
    for (let text = ""; !text.includes(words); ) {
      const { value, done } = await reader.read();
      assert.ok(!done);
      text += Buffer.from(value).toString();
    }
    reader.releaseLock();
  }

  async function write(text: string): Promise<void> {
    const writer = port.writable?.getWriter();
    assert.ok(writer);
    try {
      await writer.write(Buffer.from(text));
    } finally {
      writer.releaseLock();
    }
  }

  it("carries bytes to the program and back, after it has booted", async () => {
    start();
    await port.open(speed);
    await readUntil("hello\n");
    await write("open");
    await readUntil("OPEN");
    await port.close();
    assert.deepEqual([port.readable, port.writable], [null, null]);
    assert.equal(board.state, "running", "closing does nothing to the board");
  });

  it("can be read again after its stream was cancelled", async () => {
    start();
    await port.open(speed);
    await readUntil("hello\n");
    await port.readable?.cancel();
    await write("again");
    await readUntil("AGAIN");
  });

  it("loses what is sent at another rate", async () => {
    start();
    await port.open(speed);
    await readUntil("hello\n");
    await port.close();
    await port.open({ baudRate: 9_600 });
    await write("lost");
    await port.close();
    await port.open(speed);
    await write("found");
    await readUntil("FOUND");
  });

  it("drives the control lines", async () => {
    start();
    await port.open(speed);
    await port.setSignals({ dataTerminalReady: false, requestToSend: true });
    assert.equal(board.state, "reset");
    await port.setSignals({ dataTerminalReady: true });
    await port.setSignals({ requestToSend: false });
    await readUntil("waiting for download");
    assert.equal(board.state, "download");
    assert.equal((await port.getSignals()).clearToSend, false);
    assert.ok(port.getInfo().usbVendorId > 0);
  });

  it("is busy while another program has it open", async () => {
    start();
    const other = new WebSerialPort(cable);
    await other.open(speed);
    await assert.rejects(port.open(speed), named("NetworkError"));
    await assert.rejects(other.open(speed), named("InvalidStateError"));
    await other.close();
    await port.open(speed);
  });

  it("does nothing while it is closed, and is not closed while it is in use", async () => {
    start();
    await assert.rejects(port.setSignals({}), named("InvalidStateError"));
    await assert.rejects(port.close(), named("InvalidStateError"));
    await port.open(speed);
    const reader = port.readable?.getReader();
    await assert.rejects(port.close(), TypeError);
    reader?.releaseLock();
    await port.close();
  });

  it("fails when the cable is pulled out, and takes the board's power with it", async () => {
    start({ cutAfterBytes: 6 });
    await port.open(speed);
    await readUntil("hello\n");
    const reading = readUntil("nothing");
    await write("four");
    // The board has heard the last bytes, and nobody its answer.
    await write("and more").catch(() => {});
    await assert.rejects(reading, named("NetworkError"));
    assert.equal(board.state, "off");
    assert.deepEqual([port.readable, port.writable], [null, null]);
    await assert.rejects(port.open(speed), named("NetworkError"));
    cable.plugIn();
    await port.open(speed);
    await readUntil("hello\n");
  });
});
