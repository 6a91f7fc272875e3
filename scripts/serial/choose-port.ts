import { existsSync } from "node:fs";
import { UserError } from "../command-line/user-error.ts";
import type { EmulatedBoard } from "../emulator/emulated-board.ts";
import type { BoardPort } from "./board-port.ts";
import { type ListedPort, listPorts } from "./list-ports.ts";
import { emulatorPortName } from "./port-name.ts";
import { parseTcpAddress } from "./tcp-address.ts";
import { TcpPort } from "./tcp-port.ts";
import { UsbSerialPort } from "./usb-serial-port.ts";

/** The makers of the USB-to-serial chips on ESP32 boards, by USB vendor ID. */
const bridgeMakers: ReadonlyMap<number, string> = new Map([
  [0x10c4, "Silicon Labs"],
  [0x1a86, "WCH"],
  [0x0403, "FTDI"],
  [0x303a, "Espressif"],
  [0x067b, "Prolific"],
]);

/** The maker of the USB-to-serial chip; undefined if the port is hardly a board's. */
export const bridgeMakerOf = (vendorId: number): string | undefined => bridgeMakers.get(vendorId);

/** A port, and what to call it. */
export interface ChosenPort {
  readonly name: string;
  readonly port: BoardPort;
  /** whether the port can reset the board */
  readonly hasControlLines: boolean;
  /** how a box on this board reaches this machine, if the board is emulated */
  readonly emulated?: Pick<EmulatedBoard, "endpoint" | "timeServers">;
  /** The port is no longer needed: an emulated board is switched off. */
  dispose(): Promise<void>;
}

const nothing = async () => {};

/**
 * The port that the user named, or the only board that is connected.
 * @throws UserError of one line when there is no board, or more than one
 */
export async function choosePort(asked: string | undefined): Promise<ChosenPort> {
  const address = asked === undefined ? undefined : parseTcpAddress(asked);
  if (asked !== undefined && address !== undefined) {
    return { name: asked, port: new TcpPort(address), hasControlLines: false, dispose: nothing };
  }
  if (asked === emulatorPortName) {
    const { openEmulatedBoard } = await import("../emulator/emulated-board.ts");
    const board = await openEmulatedBoard(process.env);
    return { name: asked, hasControlLines: true, emulated: board, ...board };
  }
  if (asked !== undefined) {
    requirePath(asked);
    const listed = (await listPorts().catch(() => [])).find(({ path }) => path === asked);
    return chosen(asked, listed);
  }
  const board = onlyBoard(await listPorts());
  return chosen(board.path, board);
}

function chosen(path: string, listed: ListedPort | undefined): ChosenPort {
  const usb =
    listed === undefined ? {} : { usbVendorId: listed.vendorId, usbProductId: listed.productId };
  const port = new UsbSerialPort(path, usb);
  return { name: path, port, hasControlLines: true, dispose: nothing };
}

/** @throws UserError */
export function onlyBoard(ports: readonly ListedPort[]): ListedPort {
  const boards = ports.filter(({ vendorId }) => bridgeMakers.has(vendorId));
  const [board, ...others] = boards;
  if (board === undefined) {
    const rest =
      ports.length === 0 ? "" : `, or name its port with --port: ${ports.map(describe).join(", ")}`;
    throw new UserError(`no board was found: connect it with a USB cable that carries data${rest}`);
  }
  if (others.length === 0) return board;
  throw new UserError(
    `${boards.length} boards are connected: name one with --port: ${boards.map(describe).join(", ")}`,
  );
}

function describe({ path, vendorId, name }: ListedPort): string {
  const words = name === "" ? bridgeMakers.get(vendorId) : name;
  return words === undefined ? path : `${path} (${words})`;
}

/** Says it before the package does, which must be loaded first. Windows has no files for ports. */
function requirePath(path: string): void {
  if (process.platform === "win32" || existsSync(path)) return;
  throw new UserError(
    `there is no serial port ${path}: connect the board with a USB cable that carries data, or leave out --port`,
  );
}
