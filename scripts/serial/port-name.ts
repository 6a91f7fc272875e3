import { InvalidArgumentError } from "commander";
import { parseTcpAddress } from "./tcp-address.ts";

/** A commander parser for `--port`. */
export function portName(text: string): string {
  const isAddress = parseTcpAddress(text) !== undefined;
  if (isAddress || (/^[^\p{C}]{1,200}$/u.test(text) && !text.includes("://"))) return text;
  throw new InvalidArgumentError(
    "It must be a serial port, such as /dev/ttyUSB0 or COM3, or socket://host:port.",
  );
}
