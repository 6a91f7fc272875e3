import { printable } from "../../host-sim/printable.ts";
import type { BoardStart } from "./board-start.ts";
import type { FlashResult, FlashStage } from "./flash-board.ts";

const grouped = (bytes: number) => bytes.toLocaleString("en-US");

/** What happens, for a person. */
export function describeStage(stage: FlashStage, port: string): string {
  switch (stage.type) {
    case "connect":
      return `connecting to the board on ${port}`;
    case "check":
      return "checking the chip";
    case "compare":
      return "comparing the firmware with what the board has";
    case "write":
      return `writing ${stage.file}, ${grouped(stage.bytes)} bytes`;
    case "read-box":
      return "reading which files the box has";
    case "write-box":
      return "writing the box's files";
    case "restart":
      return "restarting the board";
    case "wait":
      return "waiting for the firmware's first line";
  }
}

/** What was written, in one line. */
export function describeWritten({
  parts,
  box,
  sentBytes,
}: Extract<FlashResult, { type: "flashed" }>): string {
  const written = parts.filter(({ isWritten }) => isWritten).map(({ file }) => file);
  const words: string[] = [];
  if (written.length > 0) words.push(`${written.join(", ")} written and verified`);
  else if (parts.length > 0) words.push("the board had this firmware already");
  if (box === "written") words.push("the box's files written and verified");
  if (box === "unchanged") words.push("the box had these files already");
  return `${words.join("; ")} (${grouped(sentBytes)} bytes sent)`;
}

/**
 * What the board did after its reset, in one line: what it means, and what to do.
 * @param who the thing's name, or "the board"
 */
export function describeStart(start: BoardStart, who: string, version: string | undefined): string {
  switch (start.type) {
    case "started": {
      const { line } = start;
      const told = typeof line.firmware === "string" ? printable(line.firmware) : version;
      const started = `${who}: firmware${told === undefined ? "" : ` ${told}`} started`;
      if (line.type !== "setup") return started;
      const detail = typeof line.detail === "string" ? `: ${printable(line.detail)}` : "";
      return `${started}, and waits to be set up${detail}`;
    }
    case "panic":
      return `${who}: the firmware ended itself (${start.reason}): see all of it with "boom-box monitor", and report it`;
    case "nothing-to-start":
      return `${who}: the chip finds no firmware to start (${start.reason}): flash it again; if it stays so, the flash memory is worn out`;
    case "download-mode":
      return `${who}: the chip waits for a loader instead of starting: release BOOT, make sure that nothing is connected to GPIO 0, and press EN`;
    case "other":
      return `${who}: the board printed no line of the firmware, but "${start.text}": see all of it with "boom-box monitor"`;
    case "silent":
      return `${who}: the board printed nothing: press EN, and look with "boom-box monitor"`;
  }
}

/** Exit code 0 only for a firmware that runs. */
export const hasStarted = ({ type }: BoardStart) => type === "started";
