import { readSerialLine } from "../../host-sim/esp32/serial-line.ts";
import { describeRecord } from "../../host-sim/plain-lines.ts";
import { printable, printableJson } from "../../host-sim/printable.ts";

/** {@link printable} cuts longer text. */
const pieceLength = 160;

/**
 * A line of the serial port for a person: the firmware's records in words, with seconds since its start;
 * anything else as it is, but printable, in as many lines as it needs.
 */
export function describeSerial(line: string): readonly string[] {
  const read = readSerialLine(line);
  if (read.type === "record") {
    return [`${(read.at / 1000).toFixed(3).padStart(9)}  ${describeRecord(read.record)}`];
  }
  const characters = Array.from(line);
  const pieces: string[] = [];
  for (let at = 0; at < characters.length; at += pieceLength) {
    pieces.push(printable(characters.slice(at, at + pieceLength).join("")));
  }
  return pieces;
}

/** A JSON line as such; undefined for any other line. */
export function jsonOf(line: string): string | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return printableJson(JSON.parse(line));
  } catch {
    return undefined;
  }
}
