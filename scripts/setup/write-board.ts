import type { BoxFiles } from "../../device/box-data.ts";
import type { Chip } from "../../device/chips/table.ts";
import type { BoardStart } from "../flash/board-start.ts";
import { type FlashProblem, type FlashResult, flashBoard } from "../flash/flash-board.ts";
import { describeStage } from "../flash/words.ts";
import type { FirmwarePackage } from "../package/firmware-package.ts";
import { consoleBaudRate } from "../serial/board-port.ts";
import type { BoardLink } from "./board-link.ts";
import { partsOf, SetupError } from "./failure.ts";

/** How the next attempt differs, after one that failed. */
export interface WriteManner {
  isSlow: boolean;
  isWithoutStub: boolean;
}

export interface WriteOptions {
  readonly firmware?: FirmwarePackage;
  readonly box?: BoxFiles;
  /** the board's */
  readonly chip: Chip;
  readonly manner: WriteManner;
  readonly signal: AbortSignal;
  /** @param share of what the words say, from 0 to 1; null at its beginning */
  onProgress(words: string, share: number | null): void;
}

const fastBaudRate = 460_800;

/** Where the message of `boom-box flash` says what to do with flags. */
const waysOut: Partial<Record<FlashProblem, string>> = {
  "no-stub": "reset the board and try again: setup then uses the loader in the chip",
  "not-verified":
    "try again: setup then writes more slowly. If it comes back, the flash memory is worn out",
  "stopped-answering": "check cable and supply, and try again: setup then writes more slowly",
  "no-box-partition": "go back, and write the firmware first",
  cancelled: "start it again when you are ready",
};

/**
 * Writes to the board, and starts it.
 * @throws SetupError with what the board has now
 */
export async function writeBoard(
  link: BoardLink,
  { firmware, box, chip, manner, signal, onProgress }: WriteOptions,
): Promise<Extract<FlashResult, { type: "flashed" }>> {
  let said = "";
  await link.prepareForLoader();
  const result = await flashBoard({
    port: link.port,
    hasControlLines: link.hasControlLines,
    before: link.hasControlLines ? "reset" : "no-reset",
    stub: manner.isWithoutStub ? "never" : "auto",
    chip,
    baudRate: manner.isSlow ? consoleBaudRate : fastBaudRate,
    ...(firmware === undefined ? {} : { firmware }),
    ...(box === undefined ? {} : { box }),
    onStage: (stage) => {
      said = sentenceOf(describeStage(stage, link.name));
      onProgress(said, null);
    },
    onProgress: (share) => onProgress(said, share),
    signal,
  });
  if (result.type === "flashed") {
    requireStarted(result.start);
    return result;
  }
  const { problem, message, state } = result;
  manner.isSlow ||= problem === "stopped-answering" || problem === "not-verified";
  manner.isWithoutStub ||= problem === "no-stub";
  const { cause, wayOut } = partsOf(message);
  const done = state.split(/[:;]/)[0];
  throw new SetupError(`${cause.replace(/\.$/, "")}; ${done}`, waysOut[problem] ?? wayOut);
}

/** @throws SetupError when the firmware does not run after all */
function requireStarted(start: BoardStart): void {
  switch (start.type) {
    case "started":
      return;
    case "panic":
      throw new SetupError(
        `the firmware ended itself (${start.reason})`,
        "report it, and try again",
      );
    case "nothing-to-start":
      throw new SetupError(
        `the chip finds no firmware to start (${start.reason})`,
        "write it again; if it stays so, the flash memory is worn out",
      );
    case "download-mode":
      throw new SetupError(
        "the chip waits for a loader instead of starting",
        "release BOOT, make sure that nothing is connected to GPIO 0, press EN, and try again",
      );
    case "other":
      throw new SetupError(
        `the board printed no line of the firmware, but “${start.text}”`,
        "press EN, and try again",
      );
    case "silent":
      throw new SetupError("the board printed nothing", "press EN, and try again");
  }
}

const sentenceOf = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
