import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { PortError } from "./board-port.ts";
import { TcpPort } from "./tcp-port.ts";

describe("a serial port over TCP", () => {
  /** The side of the board. */
  async function boardSide() {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const connected = once(server, "connection") as Promise<[Socket]>;
    return { server, address: { host: "127.0.0.1", port }, connected };
  }

  it("carries bytes both ways, until it is closed", async () => {
    const { server, address, connected } = await boardSide();
    const port = new TcpPort(address);
    await port.open();
    const [board] = await connected;
    const writer = port.writable?.getWriter();
    await writer?.write(Uint8Array.of(1, 2));
    writer?.releaseLock();
    const [received] = (await once(board, "data")) as [Buffer];
    assert.deepEqual([...received], [1, 2]);
    board.write(Uint8Array.of(3));
    const reader = port.readable?.getReader();
    assert.deepEqual((await reader?.read())?.value, Uint8Array.of(3));
    reader?.releaseLock();
    await port.setSignals();
    await port.close();
    assert.equal(port.readable, null);
    await once(board, "close");
    // A port that is closed already stays closed.
    await port.close();
    server.close();
  });

  it("fails for the reader, with one line, when the board's side goes away", async () => {
    const { server, address, connected } = await boardSide();
    const port = new TcpPort(address);
    await port.open();
    const reading = port.readable?.getReader().read();
    (await connected)[0].destroy();
    await assert.rejects(reading ?? Promise.resolve(), (error: unknown) => {
      assert.ok(error instanceof PortError);
      assert.equal(error.problem, "lost");
      assert.match(error.message, /^the connection to socket:\/\/127\.0\.0\.1:\d+ ended: /);
      return true;
    });
    await port.close();
    server.close();
  });

  it("can be opened again", async () => {
    const { server, address } = await boardSide();
    const port = new TcpPort(address);
    await port.open();
    await port.close();
    const again = once(server, "connection") as Promise<[Socket]>;
    await port.open();
    await again;
    await port.close();
    server.close();
  });

  it("says so when nobody listens", async () => {
    const { server, address } = await boardSide();
    server.close();
    await once(server, "close");
    await assert.rejects(new TcpPort(address).open(), (error: unknown) => {
      assert.ok(error instanceof PortError);
      assert.equal(error.problem, "unreachable");
      return true;
    });
  });
});
