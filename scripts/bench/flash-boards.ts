import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { flashBytes } from "../../host-sim/esp32/flash-image.ts";
import { MockBootloader } from "../../host-sim/esp32/mock-bootloader.ts";
import { parseTcpAddress } from "../serial/tcp-address.ts";

/** A board in download mode. Its flash is erased at first. */
export interface BenchBoard {
  /** `socket://…` */
  readonly port: string;
  /** Brings it into download mode again, with its flash as it is. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** The loader never leaves, so it needs no restart. */
export async function startMock(program: string): Promise<BenchBoard> {
  const mock = await MockBootloader.start(program);
  return { port: mock.port, restart: async () => {}, stop: () => mock.stop() };
}

const qemuPort = 5_571;

/** An ESP32 in QEMU, strapped for its loader, with its serial port on TCP. */
export async function startQemu(qemu: string): Promise<BenchBoard> {
  const directory = mkdtempSync(join(tmpdir(), "boom-box-bench-"));
  const flash = join(directory, "flash.bin");
  writeFileSync(flash, new Uint8Array(flashBytes).fill(0xff));
  const start = () =>
    spawn(
      qemu,
      [
        ...["-display", "none", "-machine", "esp32", "-monitor", "none"],
        ...["-drive", `file=${flash},if=mtd,format=raw`],
        ...["-global", "driver=esp32.gpio,property=strap_mode,value=0x0f"],
        ...["-serial", `tcp:127.0.0.1:${qemuPort},server=on,wait=off`],
      ],
      { stdio: "ignore" },
    );
  let chip: ChildProcess = start();
  const end = async () => {
    const ended = once(chip, "exit");
    chip.kill("SIGKILL");
    await ended;
  };
  const settle = () => sleep(2_000);
  await settle();
  return {
    port: `socket://127.0.0.1:${qemuPort}`,
    restart: async () => {
      await end();
      chip = start();
      await settle();
    },
    stop: async () => {
      await end();
      rmSync(directory, { recursive: true });
    },
  };
}

/** From the first to the last byte on a board's port, and what went to the board. */
export interface FlashCost {
  readonly seconds: number;
  readonly bytes: number;
}

/**
 * Measures what passes on the way to a board.
 * @param use gets the way, as `socket://…`
 */
export async function metered(
  target: string,
  use: (port: string) => Promise<void>,
): Promise<FlashCost> {
  const address = parseTcpAddress(target);
  if (address === undefined) throw new TypeError(`${target} is no address`);
  let bytes = 0;
  let first = 0;
  let last = 0;
  const server = createServer({ noDelay: true }, (client) => {
    const board = connect({ ...address, noDelay: true });
    client.on("data", (data: Buffer) => {
      bytes += data.length;
      first ||= performance.now();
      board.write(data);
    });
    board.on("data", (data: Buffer) => {
      last = performance.now();
      client.write(data);
    });
    for (const [one, other] of [
      [client, board],
      [board, client],
    ] as const) {
      one.on("error", () => other.destroy());
      one.on("close", () => other.destroy());
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    await use(`socket://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.close();
  }
  return { seconds: (last - first) / 1000, bytes };
}
