import type { ESPLoader } from "esptool-js";
import { type Chip, esp32 } from "../../device/chips/table.ts";
import { type BoardPort, consoleBaudRate, PortError } from "../serial/board-port.ts";
import { BoardLoader } from "./board-loader.ts";
import { type Esptool, loadEsptool, type PortTransport, transportFor } from "./port-transport.ts";

export interface ConnectOptions {
  readonly port: BoardPort;
  /** `no-reset`: the board is in download mode already: an emulator, or BOOT was held by hand */
  readonly before: "reset" | "no-reset";
  /** `never`: works with the loader in the chip's ROM alone, which is slower */
  readonly stub: "auto" | "never";
  /** what the board should have; default: the ESP32 */
  readonly chip?: Chip;
  /** for the transfer; the ROM itself begins at 115,200 */
  readonly baudRate: number;
  readonly signal: AbortSignal;
}

export type Connection =
  | { readonly type: "connected"; readonly loader: BoardLoader }
  /** no loader answers; `printed` is what the board sent instead */
  | { readonly type: "no-answer"; readonly printed: string }
  /** the chip's ROM answered, but the faster loader did not start, and then nothing answered */
  | { readonly type: "no-stub" };

const resetAttempts = 5;
/** Some seconds in which a person can hold BOOT and press EN. */
const handAttempts = 12;

/**
 * Opens the port and brings the board into its loader. Unless it is connected, the port is closed again.
 * @throws PortError; the signal's reason; UserError when esptool-js is missing
 */
export async function connectBoard(options: ConnectOptions): Promise<Connection> {
  const esptool = await loadEsptool();
  const transport = transportFor(esptool, options.port, options.signal);
  let isConnected = false;
  try {
    const connection = await connectOver(options, esptool, transport);
    isConnected = connection.type === "connected";
    return connection;
  } finally {
    if (!isConnected) await transport.disconnect().catch(() => {});
  }
}

async function connectOver(
  { before, stub, chip = esp32, baudRate, signal }: ConnectOptions,
  esptool: Esptool,
  transport: PortTransport,
): Promise<Connection> {
  const silent = { clean() {}, write() {}, writeLine() {} };
  const loader = new esptool.ESPLoader({ transport, baudrate: baudRate, terminal: silent });
  const isReset = before === "reset";
  const answers = async (attempts: number) => {
    try {
      await loader.connect(isReset ? "default_reset" : "no_reset", attempts, false);
      return true;
    } catch (error) {
      requireProtocolError(error, esptool, signal);
      return false;
    }
  };
  if (!(await answers(isReset ? resetAttempts : handAttempts))) {
    return { type: "no-answer", printed: transport.recentText };
  }
  const chipName = await identify(loader, esptool, signal);
  const board = new BoardLoader({ esptool, loader, transport }, chipName);
  if (chipName !== chip.title || stub === "never") return { type: "connected", loader: board };
  try {
    await loader.runStub();
    if (baudRate !== consoleBaudRate) await loader.changeBaud();
  } catch (error) {
    requireProtocolError(error, esptool, signal);
    // The ROM may still be there, or come back with a reset.
    loader.IS_STUB = false;
    await transport.disconnect();
    if (!(await answers(isReset ? resetAttempts : 1))) return { type: "no-stub" };
  }
  return { type: "connected", loader: board };
}

/** Chips that are told by a number in their ROM. The newer ones answer a question. */
const magicNumbers: ReadonlyMap<number, string> = new Map([
  [0x00f0_1d83, esp32.title],
  [0x0000_07c6, "ESP32-S2"],
  [0xfff0_c101, "ESP8266"],
]);

async function identify(loader: ESPLoader, esptool: Esptool, signal: AbortSignal): Promise<string> {
  const { CHIP_DEFS } = await import("esptool-js/lib/targets/index.js");
  loader.chip = CHIP_DEFS.esp32;
  try {
    const magic = (await loader.readReg(loader.CHIP_DETECT_MAGIC_REG_ADDR)) >>> 0;
    const name = magicNumbers.get(magic);
    if (name !== undefined) return name;
    const { chipId } = await loader.getSecurityInfo();
    const chip = Object.values(CHIP_DEFS).find(
      ({ IMAGE_CHIP_ID, USES_MAGIC_VALUE }) => !USES_MAGIC_VALUE && IMAGE_CHIP_ID === chipId,
    );
    // Its registers are in other places.
    if (chip !== undefined) loader.chip = chip;
    return chip?.CHIP_NAME ?? `an unknown chip (number ${chipId})`;
  } catch (error) {
    requireProtocolError(error, esptool, signal);
    return "an unknown chip";
  }
}

/** Passes on what is not the board's answer: a lost port, a cancellation, a bug of ours. */
function requireProtocolError(error: unknown, esptool: Esptool, signal: AbortSignal): void {
  signal.throwIfAborted();
  if (error instanceof PortError || !(error instanceof esptool.ESPError)) throw error;
}
