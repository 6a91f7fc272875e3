import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { BoxFiles } from "../../device/box-data.ts";
import { findEsptoolProgram } from "../../host-sim/esp32/esptool-programs.ts";
import { findQemu } from "../emulator/find-qemu.ts";
import { parsePartitions } from "../firmware/partitions.ts";
import { partitionsFileOf } from "../firmware/variant.ts";
import { flashBoard } from "../flash/flash-board.ts";
import { firmwareOfBuild } from "../package/built-firmware.ts";
import { placesIn } from "../package/check-firmware.ts";
import { type FirmwarePackage, type PartFile, partFiles } from "../package/firmware-package.ts";
import { encodePartitionTable } from "../package/partition-table.ts";
import { parseTcpAddress } from "../serial/tcp-address.ts";
import { TcpPort } from "../serial/tcp-port.ts";
import { type BenchBoard, type FlashCost, metered, startMock, startQemu } from "./flash-boards.ts";

export interface FlashFigures {
  readonly ours: FlashCost;
  readonly esptool: FlashCost;
  /** ours, for the box's files alone */
  readonly settings: FlashCost;
  /** what was flashed, and to what */
  readonly setting: string;
}

/**
 * Flashes the same firmware with our own code and with Python's esptool, each to a new board.
 * @returns the figures, or why it cannot be measured
 */
export async function measureFlash(
  environment: NodeJS.ProcessEnv,
  progress: (text: string) => void,
): Promise<FlashFigures | string> {
  const esptool = findEsptoolProgram("esptool");
  const mock = findEsptoolProgram("esp32-mock-bootloader");
  if (esptool === undefined || mock === undefined) {
    return "needs esptool and esp32-mock-bootloader from PyPI, as .ci/run installs them";
  }
  const built = firmwareOfBuild({
    platform: "esp32",
    debug: false,
    emulator: false,
    secure: false,
  });
  const firmware = built ?? inventedFirmware();
  const isEmulated = (environment.BOOM_BOX_QEMU ?? "") !== "";
  const qemu = isEmulated ? await findQemu(environment) : undefined;
  const start = () => (qemu === undefined ? startMock(mock) : startQemu(qemu));
  progress("flash: ours");
  const { whole, settings } = await withBoard(start, async (board) => {
    const whole = await metered(board.port, (port) => flash(port, { firmware }));
    await board.restart();
    return { whole, settings: await metered(board.port, (port) => flash(port, { box })) };
  });
  progress("flash: esptool");
  const theirs = await withBoard(start, (board) =>
    metered(board.port, (port) => runEsptool(esptool, port, firmware)),
  );
  const what = built === undefined ? "invented bytes" : "the last build";
  const where = qemu === undefined ? "a mock of the chip's loader" : "an emulated ESP32";
  return { ours: whole, esptool: theirs, settings, setting: `${what}, to ${where}` };
}

async function withBoard<T>(
  start: () => Promise<BenchBoard>,
  use: (board: BenchBoard) => Promise<T>,
): Promise<T> {
  const board = await start();
  try {
    return await use(board);
  } finally {
    await board.stop();
  }
}

async function flash(
  port: string,
  what: { readonly firmware: FirmwarePackage } | { readonly box: BoxFiles },
): Promise<void> {
  const address = parseTcpAddress(port);
  if (address === undefined) throw new TypeError(`${port} is no address`);
  const result = await flashBoard({
    ...what,
    port: new TcpPort(address),
    hasControlLines: false,
    before: "no-reset",
    stub: "auto",
    baudRate: 460_800,
    startTimeoutMs: 1,
    signal: new AbortController().signal,
    onStage: () => {},
    onProgress: () => {},
  });
  if (result.type === "failed") throw new Error(result.message);
}

/** The same parts, each verified by its MD5, which esptool always does. */
async function runEsptool(program: string, port: string, firmware: FirmwarePackage): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "boom-box-bench-"));
  try {
    const parts = firmware.parts.flatMap(({ file, offset, bytes }) => {
      const path = join(directory, file);
      writeFileSync(path, bytes);
      return [`0x${offset.toString(16)}`, path];
    });
    const connection = ["--chip", "esp32", "--port", port, "--before", "no-reset"];
    const flags = ["--flash-mode", "keep", "--flash-freq", "keep", "--flash-size", "keep"];
    const all = [...connection, "--after", "no-reset", "write-flash", ...flags, ...parts];
    await promisify(execFile)(program, all);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** As large as those of a box that claims its certificate. */
const box: BoxFiles = new Map([
  ["settings.json", Buffer.from(JSON.stringify({ thingName: "lot-1", endpoint: "broker.test" }))],
  ["ca.der", noise(1_000)],
  ["private-key.der", noise(1_220)],
  ["claim-certificate.der", noise(1_000)],
  ["claim-private-key.der", noise(1_220)],
  ["request.pem", noise(1_000)],
]);

/** Where nothing has been built: of the size of a firmware for WiFi, and about as compressible. */
function inventedFirmware(): FirmwarePackage {
  const partitions = parsePartitions(readFileSync(partitionsFileOf(false), "utf8"));
  if ("problems" in partitions) throw new Error(partitions.problems.join("\n"));
  const subtypes: Readonly<Record<string, number>> = { nvs: 2, ota: 0, ota_0: 0x10, ota_1: 0x11 };
  const table = encodePartitionTable(
    partitions.map(({ name, type, subtype, offset, size }) => ({
      name,
      type: type === "app" ? 0 : 1,
      subtype: subtypes[subtype] ?? Number(subtype),
      offset,
      bytes: size,
    })),
  );
  const places = placesIn(table, false, "esp32");
  if (places === undefined) throw new Error("the partition table lacks a partition");
  const contents: Readonly<Record<PartFile, Uint8Array>> = {
    "firmware.bin": program(1_400_000),
    "partition-table.bin": table,
    "ota_data_initial.bin": new Uint8Array(0x2000).fill(0xff),
    "bootloader.bin": program(25_000),
  };
  return {
    name: "invented",
    version: "0",
    chip: "esp32",
    network: "wifi",
    isSecure: false,
    parts: partFiles.map((file) => ({ file, offset: places.offsets[file], bytes: contents[file] })),
    box: places.box,
    slotBytes: places.slotBytes,
    usedPins: [],
  };
}

const program = (length: number) =>
  noise(length).map((byte, at) => (at % 512 < 200 ? at % 7 : byte));

function noise(length: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return state & 0xff;
  });
}
