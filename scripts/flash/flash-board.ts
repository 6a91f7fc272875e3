import {
  type BoxFiles,
  boxHeaderLength,
  boxPartitionLength,
  copyLengthOf,
} from "../../device/box-data.ts";
import { flashBytes, partitionTableAt } from "../../host-sim/esp32/flash-image.ts";
import type { FirmwarePackage, PackagePart, PartFile } from "../package/firmware-package.ts";
import { boxPlaceOf, parsePartitionTable, tableBytes } from "../package/partition-table.ts";
import { PortError } from "../serial/board-port.ts";
import type { BoardLoader } from "./board-loader.ts";
import { awaitStart, type BoardStart } from "./board-start.ts";
import { boxWrites } from "./box-writes.ts";
import { type ChipProblem, chipProblem } from "./chip-problem.ts";
import { type ConnectOptions, connectBoard } from "./connect-board.ts";
import { isLoaderFailure, md5Of, type OnShare } from "./loader-link.ts";
import { loadEsptool } from "./port-transport.ts";

/** What happens at the moment. */
export type FlashStage =
  | { readonly type: "connect" }
  | { readonly type: "check" }
  | { readonly type: "compare" }
  | { readonly type: "write"; readonly file: PartFile; readonly bytes: number }
  | { readonly type: "read-box" }
  | { readonly type: "write-box" }
  | { readonly type: "restart" }
  /** for the firmware's first line */
  | { readonly type: "wait" };

export interface FlashOptions extends ConnectOptions {
  /** whether the port can reset the board */
  readonly hasControlLines: boolean;
  /** without it, only the box's files are written, to a board that has the firmware */
  readonly firmware?: FirmwarePackage;
  /** what makes a box itself; without it, that partition stays as it is */
  readonly box?: BoxFiles;
  onStage(stage: FlashStage): void;
  /** how long the firmware may take from reset to its first line; default: 10 s */
  readonly startTimeoutMs?: number;
  /** the share of the stage that is done, from 0 to 1 */
  onProgress(share: number): void;
}

export type FlashProblem =
  | "no-answer"
  | "no-stub"
  | ChipProblem["problem"]
  | "no-box-partition"
  | "not-verified"
  | "stopped-answering"
  | "port"
  | "cancelled";

export type FlashResult =
  | {
      readonly type: "flashed";
      readonly parts: readonly { readonly file: PartFile; readonly isWritten: boolean }[];
      readonly box: "written" | "unchanged" | "left";
      /** over the port, compressed, without the loader's own messages */
      readonly sentBytes: number;
      readonly start: BoardStart;
    }
  | {
      readonly type: "failed";
      readonly problem: FlashProblem;
      /** one line: what is wrong, and what to do */
      readonly message: string;
      /** one line: what the board has now */
      readonly state: string;
    };

/** What the ROM of the ESP32 prints then. */
const downloadIsOff = "Download mode is disabled";

const defaultStartTimeoutMs = 10_000;
/** A secure chip encrypts its flash first. */
const encryptionMs = 300_000;
/** A block whose answer was lost is sent again, and some loaders then write it twice. */
const writeAttempts = 2;

class Failure extends Error {
  readonly problem: FlashProblem;

  constructor(problem: FlashProblem, message: string) {
    super(message);
    this.problem = problem;
  }
}

/**
 * Writes a firmware and a box's files to a board, and starts it. It prints nothing, and always leaves the
 * port closed.
 *
 * A part that is in the flash already is not written. The order is such that an interruption leaves
 * nothing that starts half a firmware, and that the next run completes it: first the application, which
 * the bootloader checks before it starts it; then the partition table and the choice of the slot, which
 * are of use only with it; last the bootloader, without which a new board starts nothing. The box's files
 * come after that, first to the free half of their partition.
 * @throws UserError when a package that it needs is missing
 */
export async function flashBoard(options: FlashOptions): Promise<FlashResult> {
  return new Flashing(options).run();
}

/** One half of the box's partition. Reading is slow, so what the chip's MD5 can confirm is not read. */
async function readHalf(loader: BoardLoader, offset: number, onShare: OnShare) {
  const length = boxPartitionLength / 2;
  const half = new Uint8Array(length).fill(0xff);
  const digest = await loader.md5(offset, length);
  if (digest === md5Of(half)) return half;
  const header = await loader.read(offset, boxHeaderLength, () => {});
  const copyLength = copyLengthOf(header, length);
  if (copyLength !== undefined) {
    half.set(await loader.read(offset, copyLength, onShare));
    if (digest === md5Of(half)) return half;
  }
  return loader.read(offset, length, onShare);
}

class Flashing {
  readonly #options: FlashOptions;
  #state = "nothing on the board was changed";
  #sentBytes = 0;

  constructor(options: FlashOptions) {
    this.#options = options;
  }

  async run(): Promise<FlashResult> {
    let loader: BoardLoader | undefined;
    try {
      loader = await this.#connect();
      return await this.#flash(loader);
    } catch (error) {
      const { problem, message } = await this.#explain(error);
      return { type: "failed", problem, message, state: this.#state };
    } finally {
      await loader?.close().catch(() => {});
    }
  }

  async #connect(): Promise<BoardLoader> {
    this.#options.onStage({ type: "connect" });
    const connection = await connectBoard(this.#options);
    if (connection.type === "connected") return connection.loader;
    if (connection.type === "no-stub") {
      throw new Failure(
        "no-stub",
        "the board answered, but does not run the loader that was sent to it: reset it into download mode, and use --no-stub",
      );
    }
    if (connection.printed.includes(downloadIsOff)) {
      throw new Failure(
        "locked-chip",
        "the chip's download mode is switched off for good, as on every secure box: update it over the air (docs/security.md)",
      );
    }
    throw new Failure("no-answer", this.#noAnswer(connection.printed));
  }

  #noAnswer(printed: string): string {
    if (!this.#options.hasControlLines || this.#options.before === "no-reset") {
      return "the board does not answer: hold its BOOT button, press EN, then run the command again";
    }
    return /boot:0x|\{"at"/.test(printed)
      ? "the board runs, but does not enter download mode: hold its BOOT button until the first part is written"
      : "the board does not answer: hold its BOOT button until the first part is written, and check that the cable carries data";
  }

  async #flash(loader: BoardLoader): Promise<FlashResult> {
    const { firmware, box, onStage } = this.#options;
    onStage({ type: "check" });
    const misfit = await chipProblem(loader, firmware?.isSecure === true, this.#options.chip);
    if (misfit !== undefined) throw new Failure(misfit.problem, misfit.message);
    const place = firmware?.box ?? (await this.#findBox(loader));
    const parts = firmware === undefined ? [] : await this.#writeParts(loader, firmware);
    const boxOutcome = box === undefined ? "left" : await this.#writeBox(loader, place.offset, box);
    onStage({ type: "restart" });
    this.#state =
      "everything was written; press EN, or disconnect and connect the board, to start it";
    await loader.restart(this.#options.hasControlLines);
    onStage({ type: "wait" });
    const { startTimeoutMs = defaultStartTimeoutMs } = this.#options;
    const limitMs = startTimeoutMs + (firmware?.isSecure === true ? encryptionMs : 0);
    const start = await awaitStart((timeoutMs) => loader.readBytes(timeoutMs), limitMs);
    return { type: "flashed", parts, box: boxOutcome, sentBytes: this.#sentBytes, start };
  }

  /** Where the firmware on the board keeps the box's files. */
  async #findBox(loader: BoardLoader) {
    const table = await loader.read(partitionTableAt, tableBytes, () => {});
    const place = boxPlaceOf(parsePartitionTable(table) ?? []);
    if (place?.bytes === boxPartitionLength && place.offset + place.bytes <= flashBytes)
      return place;
    throw new Failure(
      "no-box-partition",
      "the board does not have this firmware, so its settings have no place: flash it without --only-settings first",
    );
  }

  async #writeParts(loader: BoardLoader, firmware: FirmwarePackage) {
    const { onStage, onProgress } = this.#options;
    onStage({ type: "compare" });
    const differing = new Set<PackagePart>();
    for (const [index, part] of firmware.parts.entries()) {
      const { offset, bytes } = part;
      if ((await loader.md5(offset, bytes.length)) !== md5Of(bytes)) differing.add(part);
      onProgress((index + 1) / firmware.parts.length);
    }
    if (differing.size > 0) {
      this.#state = "the firmware on the board is not complete: run the same command again";
    }
    for (const part of differing) {
      const { file, offset, bytes } = part;
      onStage({ type: "write", file, bytes: bytes.length });
      await this.#write(loader, offset, bytes, file);
    }
    if (differing.size > 0) {
      this.#state = "the firmware is complete; the box has the files that it had";
    }
    return firmware.parts.map((part) => ({ file: part.file, isWritten: differing.has(part) }));
  }

  async #writeBox(loader: BoardLoader, offset: number, files: BoxFiles) {
    const { onStage, onProgress } = this.#options;
    onStage({ type: "read-box" });
    const half = boxPartitionLength / 2;
    const first = await readHalf(loader, offset, (share) => onProgress(share / 2));
    const second = await readHalf(loader, offset + half, (share) => onProgress((1 + share) / 2));
    const partition = new Uint8Array(Buffer.concat([first, second]));
    const writes = boxWrites(partition, files);
    if (writes.length === 0) return "unchanged";
    onStage({ type: "write-box" });
    this.#state = "the box has its old files or the new ones, whole: run the same command again";
    for (const region of writes) {
      await this.#write(loader, offset + region.offset, region.bytes, "the box's files");
    }
    return "written";
  }

  async #write(loader: BoardLoader, offset: number, bytes: Uint8Array, what: string) {
    for (let attempt = 1; attempt <= writeAttempts; attempt++) {
      this.#sentBytes += await loader.write(offset, bytes, this.#options.onProgress);
      if ((await loader.md5(offset, bytes.length)) === md5Of(bytes)) return;
    }
    throw new Failure(
      "not-verified",
      `${what} was written, but reads back with another MD5: run the same command again, with --baud 115200 if it comes back; else the flash memory is worn out`,
    );
  }

  async #explain(error: unknown): Promise<{ problem: FlashProblem; message: string }> {
    const { signal } = this.#options;
    if (error instanceof Failure) return error;
    if (signal.aborted) return { problem: "cancelled", message: "flashing was cancelled" };
    if (error instanceof PortError) return { problem: "port", message: error.message };
    if (!isLoaderFailure(await loadEsptool(), error)) throw error;
    return {
      problem: "stopped-answering",
      message: `the board stopped answering as it should (${error.message.replaceAll(/\s+/g, " ")}): check cable and supply, then run the same command again, with --baud 115200 if it comes back`,
    };
  }
}
