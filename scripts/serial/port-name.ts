import { InvalidArgumentError } from "commander";
import { parseTcpAddress } from "./tcp-address.ts";

/** In place of a serial port: an emulated board on this machine. */
export const emulatorPortName = "emulator";

/** A commander parser for `--port`. */
export function portName(text: string): string {
  const isAddress = parseTcpAddress(text) !== undefined;
  if (isAddress || (/^[^\p{C}]{1,200}$/u.test(text) && !text.includes("://"))) return text;
  throw new InvalidArgumentError(
    "It must be a serial port, such as /dev/ttyUSB0 or COM3, socket://host:port, or emulator.",
  );
}
