import { createHash } from "node:crypto";
import { FlashDownload, type RomError, romError } from "./flash-download.ts";
import type { NorFlash } from "./nor-flash.ts";
import { type ChipModel, Registers } from "./registers.ts";
import {
  checksumOf,
  dataHeaderBytes,
  type RomRequest,
  readRequest,
  requestHeaderBytes,
  romCommand,
  writeAnswer,
} from "./rom-packet.ts";
import { encodeSlip, SlipDecoder } from "./slip.ts";

export interface RomLoaderOptions {
  readonly flash: NorFlash;
  readonly chip: ChipModel;
  /** six bytes */
  readonly mac: Uint8Array;
  /** of the serial port when the loader starts, in Bd */
  readonly baudRate: number;
}

export type RomEffect =
  | { readonly type: "reply"; readonly bytes: Uint8Array }
  /** from now on, in Bd */
  | { readonly type: "baud-rate"; readonly baudRate: number }
  /** leave the loader for the program in the flash */
  | { readonly type: "run" }
  /** restart the chip; it has not read its pins again, so it comes back to the loader */
  | { readonly type: "restart" };

/** The largest block that the ROM has room for. */
const longestBlock = 0x1800;
/** SYNC is answered this often. */
const syncRepeats = 8;
const slowReadBytes = 64;

type Result = RomError | { readonly value: number } | { readonly data: Uint8Array };

/**
 * The serial loader in the plain ESP32's ROM (esptool's documentation, "Serial Protocol"). Bytes in,
 * effects out. It is as strict as the ROM itself, which was asked in QEMU (`-machine esp32`, strapped
 * for UART boot):
 * - FLASH_BEGIN and FLASH_DEFL_BEGIN have exactly four words, and a block 6144 bytes at most;
 * - an MD5 is 32 hexadecimal digits, and each answer ends with four bytes of status;
 * - the value of an answer is the last that SYNC or READ_REG had;
 * - what is not a command is answered with the previous answer's command and an error, and eight times
 *   if that was SYNC;
 * - FLASH_END leaves the loader, whatever its argument, even if it fails for want of a FLASH_BEGIN;
 * - FLASH_DEFL_END restarts the chip into the loader, or does nothing if its argument is 1.
 *
 * By the documentation alone: commands for the flash fail until SPI_ATTACH. Unlike the ROM, it loads
 * nothing into memory: MEM_BEGIN fails, so there is no flasher stub.
 */
export class RomLoader {
  readonly #options: RomLoaderOptions;
  readonly #decoder = new SlipDecoder(requestHeaderBytes + dataHeaderBytes + longestBlock);
  readonly #registers: Registers;
  #baudRate: number;
  #isFlashAttached = false;
  #download: FlashDownload | undefined;
  #previous: number = romCommand.sync;
  #value = 0;

  constructor(options: RomLoaderOptions) {
    this.#options = options;
    this.#baudRate = options.baudRate;
    this.#registers = new Registers({
      chip: options.chip,
      mac: options.mac,
      isFlashAttached: () => this.#isFlashAttached,
      baudRate: () => this.#baudRate,
    });
  }

  receive(bytes: Uint8Array): RomEffect[] {
    return this.#decoder.receive(bytes).flatMap((packet) => {
      const request = readRequest(packet);
      const result = request && this.#handle(request);
      if (request === undefined || result === undefined) return this.#reply(romError.invalidFormat);
      this.#previous = request.command;
      if (typeof result === "object" && "value" in result) this.#value = result.value;
      return [...this.#reply(result), ...this.#follow(request, result)];
    });
  }

  #reply(result: Result): RomEffect[] {
    const answer = writeAnswer({
      command: this.#previous,
      error: typeof result === "number" ? result : romError.none,
      value: this.#value,
      data: typeof result === "object" && "data" in result ? result.data : undefined,
    });
    const count = this.#previous === romCommand.sync ? syncRepeats : 1;
    return Array.from({ length: count }, () => ({ type: "reply", bytes: encodeSlip(answer) }));
  }

  /** What happens after the answer. */
  #follow({ command, words }: RomRequest, result: Result): RomEffect[] {
    if (result === romError.invalidFormat) return [];
    switch (command) {
      case romCommand.changeBaudRate:
        return result === romError.none ? [{ type: "baud-rate", baudRate: this.#baudRate }] : [];
      case romCommand.flashEnd:
        return [{ type: "run" }];
      case romCommand.compressedEnd:
        return words[0] === 0 ? [{ type: "restart" }] : [];
      default:
        return [];
    }
  }

  /** @returns undefined if it is not a command */
  #handle(request: RomRequest): Result | undefined {
    const { command, data, words } = request;
    const [first = 0, second = 0] = words;
    if (command === romCommand.securityInfo) return this.#securityInfo();
    const isLength = lengths.get(command);
    if (isLength === undefined) return undefined;
    if (!isLength(data.length)) return romError.invalidFormat;
    switch (command) {
      case romCommand.sync:
        return { value: first };
      case romCommand.readRegister:
        return { value: this.#registers.read(first) };
      case romCommand.writeRegister:
        return this.#writeRegisters(words);
      case romCommand.spiAttach:
        this.#isFlashAttached = true;
        return romError.none;
      case romCommand.spiSetParameters:
        return romError.none;
      case romCommand.changeBaudRate:
        if (first === 0) return romError.failed;
        this.#baudRate = first;
        return romError.none;
      case romCommand.flashBegin:
      case romCommand.compressedBegin:
        return this.#begin(words, command === romCommand.compressedBegin);
      case romCommand.flashData:
      case romCommand.compressedData:
        return this.#writeBlock(request, second);
      case romCommand.flashEnd:
        return this.#download?.isCompressed === false ? romError.none : romError.failed;
      case romCommand.compressedEnd:
        this.#download = undefined;
        return romError.none;
      case romCommand.readFlash:
        return this.#read(first, second);
      case romCommand.flashMd5:
        return this.#md5(first, second);
      default:
        // Into memory: see above.
        return romError.failed;
    }
  }

  #writeRegisters(words: readonly number[]): RomError {
    for (let i = 0; i + 4 <= words.length; i += 4) {
      const [address = 0, value = 0, mask = 0] = words.slice(i, i + 4);
      this.#registers.write(address, value, mask);
    }
    return romError.none;
  }

  #begin(words: readonly number[], isCompressed: boolean): RomError {
    const [eraseBytes = 0, blocks = 0, blockBytes = 0, offset = 0] = words;
    const { flash } = this.#options;
    if (blockBytes > longestBlock) return romError.invalidFormat;
    if (!this.#isFlashAttached || !flash.contains(offset, eraseBytes)) return romError.failed;
    this.#download = new FlashDownload({
      flash,
      offset,
      eraseBytes,
      blocks,
      blockBytes,
      isCompressed,
    });
    return romError.none;
  }

  #writeBlock({ command, data, words, checksum }: RomRequest, sequence: number): RomError {
    const download = this.#download;
    const block = data.subarray(dataHeaderBytes);
    const isCompressed = command === romCommand.compressedData;
    if (words[0] !== block.length || download?.isCompressed !== isCompressed) {
      return romError.invalidFormat;
    }
    return checksumOf(block) === checksum ? download.write(sequence, block) : romError.checksum;
  }

  /** It always answers with 64 bytes. */
  #read(offset: number, length: number): Result {
    const data = new Uint8Array(slowReadBytes);
    const { flash } = this.#options;
    const isThere = this.#isFlashAttached && flash.contains(offset, length);
    if (!isThere || length > slowReadBytes) return romError.failed;
    data.set(flash.bytes.subarray(offset, offset + length));
    return { data };
  }

  #md5(offset: number, length: number): Result {
    const { flash } = this.#options;
    if (!this.#isFlashAttached || !flash.contains(offset, length)) return romError.failed;
    const bytes = flash.bytes.subarray(offset, offset + length);
    return { data: Buffer.from(createHash("md5").update(bytes).digest("hex")) };
  }

  /** Newer chips say here who they are: flags, counters, the chip's id, the version of the command. */
  #securityInfo(): Result | undefined {
    const { chipId } = this.#options.chip;
    if (chipId === undefined) return undefined;
    const data = new Uint8Array(20);
    new DataView(data.buffer).setUint32(12, chipId, true);
    return { data };
  }
}

const atLeast = (count: number) => (length: number) => length >= count * 4;
const exactly = (count: number) => (length: number) => length === count * 4;

/** How many bytes of data each command needs. */
const lengths: ReadonlyMap<number, (length: number) => boolean> = new Map([
  [romCommand.sync, atLeast(1)],
  [romCommand.readRegister, atLeast(1)],
  [romCommand.writeRegister, atLeast(4)],
  [romCommand.spiAttach, atLeast(1)],
  [romCommand.spiSetParameters, atLeast(6)],
  [romCommand.changeBaudRate, atLeast(1)],
  [romCommand.flashBegin, exactly(4)],
  [romCommand.compressedBegin, exactly(4)],
  [romCommand.flashData, atLeast(4)],
  [romCommand.compressedData, atLeast(4)],
  [romCommand.flashEnd, atLeast(1)],
  [romCommand.compressedEnd, atLeast(1)],
  [romCommand.readFlash, atLeast(2)],
  [romCommand.flashMd5, atLeast(2)],
  [romCommand.memoryBegin, atLeast(4)],
  [romCommand.memoryData, atLeast(4)],
  [romCommand.memoryEnd, atLeast(2)],
]);
