import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { wholeFlash } from "../esp32/flash-image.rig.ts";
import { plugIn } from "./board.rig.ts";
import { TcpPort, type TcpPortOptions } from "./tcp-port.ts";

describe("TcpPort", () => {
  let setup: ReturnType<typeof plugIn>;
  let port: TcpPort;
  let sockets: Socket[];

  beforeEach(() => {
    setup = plugIn({ content: wholeFlash() });
    sockets = [];
  });

  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await port.close();
    setup.board.powerOff();
  });

  const open = async (options?: TcpPortOptions) => {
    port = await TcpPort.open(setup.cable, options);
  };

  async function join(): Promise<Socket> {
    const { hostname, port: number } = new URL(port.url);
    const socket = connect(Number(number), hostname);
    sockets.push(socket);
    await once(socket, "connect");
    return socket;
  }

  async function readUntil(socket: Socket, words: string): Promise<void> {
    for (let text = ""; !text.includes(words); ) {
      const [bytes] = await once(socket, "data");
      text += bytes;
    }
  }

  /** The program's own first words are lost if it starts before the client is let in. */
  async function joinProgram(): Promise<Socket> {
    const socket = await join();
    while (setup.programs.length === 0) await delay(1);
    socket.write("open");
    await readUntil(socket, "OPEN");
    return socket;
  }

  it("carries bytes to the program and back", async () => {
    await open();
    await joinProgram();
  });

  it("starts the board in its loader if it is asked to, for each client", async () => {
    await open({ startsInDownloadMode: true });
    const socket = await join();
    await readUntil(socket, "waiting for download");
    assert.equal(setup.board.state, "download");
    socket.destroy();
    await readUntil(await join(), "waiting for download");
    assert.equal(setup.programs.length, 0);
  });

  it("lets a client in when another has just gone", async () => {
    await open();
    const first = await joinProgram();
    const second = await join();
    second.write("a");
    first.destroy();
    await readUntil(second, "A");
  });

  it("disconnects a client while another stays", async () => {
    await open();
    const first = await joinProgram();
    await once((await join()).resume(), "close");
    first.write("a");
    await readUntil(first, "A");
  });

  it("disconnects when the cable is pulled out", async () => {
    await open();
    const socket = await joinProgram();
    setup.cable.cut();
    await once(socket.resume(), "close");
    await once((await join()).resume(), "close");
  });
});
