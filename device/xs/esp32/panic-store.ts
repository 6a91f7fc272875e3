import { thisChip } from "../../chip.ts";
import type { Chip } from "../../chips/table.ts";
import { readUtf8 } from "../../core/utf8.ts";
import type { Digest, Flash, Panic, PanicStore } from "../../hal.ts";

/** ESP-IDF 6.0's functions of espcoredump (esp_core_dump.h), as XS FFI calls them. Results are `esp_err_t`. */
export interface CoreDumpFunctions {
  esp_core_dump_image_erase(): number;
  /** @param summary receives an `esp_core_dump_summary_t` */
  esp_core_dump_get_summary(summary: ArrayBuffer): number;
  /** @param reason receives a C string */
  esp_core_dump_get_panic_reason(reason: ArrayBuffer, length: number): number;
}

const ok = 0;
/** A core dump begins with its length and ends with a SHA-256 of everything before. */
const headBytes = 4;
const hashBytes = 32;
/** On the emulated chip, two or three were found. */
const mostCodeAddresses = 32;
const blank = 0xffff_ffff;

/** `esp_core_dump_summary_t` (esp_core_dump.h), up to what differs between the chips' cores. */
const taskAt = 4;
const taskBytes = 16;
/** CONFIG_APP_RETRIEVE_LEN_ELF_SHA, and NUL */
const elfBytes = 10;
const reasonBytes = 200;

/** What ESP-IDF says of a panic on one core: offsets in bytes (port/…/esp_core_dump_summary_port.h). */
interface SummaryLayout {
  /** a later version may have more than it needs now */
  readonly bytes: number;
  readonly elfAt: number;
  readonly causeAt: number;
  readonly addressAt: number;
  /** the two registers' names */
  readonly registers: readonly [cause: string, address: string];
  /** where execution was, and where it had come from, in this order */
  addresses(summary: DataView): number[];
}

const layouts: Readonly<Record<Chip["core"], SummaryLayout>> = {
  xtensa: {
    bytes: 512,
    elfAt: 100,
    causeAt: 112,
    addressAt: 116,
    registers: ["EXCCAUSE", "EXCVADDR"],
    addresses(summary) {
      const depth = Math.min(summary.getUint32(88, true), 16);
      const backtrace: number[] = [];
      for (let index = 0; index < depth; index++) {
        backtrace.push(summary.getUint32(24 + 4 * index, true));
      }
      return backtrace;
    },
  },
  // 512 bytes of the stack (CONFIG_ESP_COREDUMP_SUMMARY_STACKDUMP_SIZE) take the place of a backtrace,
  // which needs the image's unwind tables. What is sure is the instruction, and the return address.
  riscv: {
    bytes: 1024,
    elfAt: 544,
    causeAt: 564,
    addressAt: 568,
    registers: ["MCAUSE", "MTVAL"],
    addresses: (summary) => [summary.getUint32(20, true), summary.getUint32(572, true)],
  },
};

/** ESP-IDF's panic handler writes the stacks of all tasks to the partition `coredump`. */
export class XsPanicStore implements PanicStore {
  readonly #flash: Flash;
  readonly #functions: CoreDumpFunctions;
  readonly #makeDigest: () => Digest;
  readonly #layout: SummaryLayout;
  readonly #flashData: Chip["flashData"];

  /** @param flash the partition `coredump` */
  constructor(
    flash: Flash,
    functions: CoreDumpFunctions,
    makeDigest: () => Digest,
    { core, flashData }: Pick<Chip, "core" | "flashData"> = thisChip,
  ) {
    this.#layout = layouts[core];
    this.#flashData = flashData;
    this.#flash = flash;
    this.#functions = functions;
    this.#makeDigest = makeDigest;
    // What else is there would keep ESP-IDF from writing a core dump.
    const length = this.#length();
    if (length !== blank && (length <= hashBytes || length > flash.length)) this.erase();
  }

  get isFull(): boolean {
    return this.#length() !== blank;
  }

  read(): Panic | undefined {
    const functions = this.#functions;
    const code = this.#check();
    if (code === undefined) return undefined;
    const layout = this.#layout;
    const summary = new ArrayBuffer(layout.bytes);
    if (functions.esp_core_dump_get_summary(summary) !== ok) return undefined;
    const reason = new ArrayBuffer(reasonBytes);
    const hasReason = functions.esp_core_dump_get_panic_reason(reason, reasonBytes) === ok;
    const view = new DataView(summary);
    return {
      reason: hasReason ? textIn(reason, 0, reasonBytes) : exceptionIn(view, layout),
      task: textIn(summary, taskAt, taskBytes),
      backtrace: layout.addresses(view),
      code,
      elf: textIn(summary, layout.elfAt, elfBytes),
    };
  }

  /**
   * Reads the whole dump once. ESP-IDF's own check reads 32 bytes at a time, and stops the other core for each: on the
   * emulated chip, the watchdog ended it.
   * @returns the addresses of byte code in it; undefined when the dump is not whole
   */
  #check(): number[] | undefined {
    const flash = this.#flash;
    const end = this.#length() - hashBytes;
    if (end <= 0 || end + hashBytes > flash.length) return undefined;
    const digest = this.#makeDigest();
    const code: number[] = [];
    for (let at = 0; at < end; at += flash.blockLength) {
      const block = flash.read(at, Math.min(flash.blockLength, end - at));
      digest.write(block);
      this.#findCode(block, code);
    }
    const hash = digest.end();
    const isWhole = flash.read(end, hashBytes).every((byte, index) => byte === hash[index]);
    return isWhole ? code : undefined;
  }

  /**
   * The engine keeps the address of the instruction that it runs in a register, and registers are saved
   * on the stack. Byte code is in flash; hardly anything else on a stack points there.
   */
  #findCode({ buffer }: Uint8Array, found: number[]): void {
    const { first, end } = this.#flashData;
    const view = new DataView(buffer);
    for (let offset = 0; offset + 4 <= view.byteLength; offset += 4) {
      if (found.length === mostCodeAddresses) return;
      const word = view.getUint32(offset, true);
      if (word >= first && word < end && !found.includes(word)) found.push(word);
    }
  }

  erase(): void {
    this.#functions.esp_core_dump_image_erase();
  }

  #length(): number {
    const { buffer } = this.#flash.read(0, headBytes);
    return new DataView(buffer).getUint32(0, true);
  }
}

/** The registers of an exception of the CPU, for which ESP-IDF has no words. */
function exceptionIn(
  summary: DataView,
  { causeAt, addressAt, registers: [cause, address] }: SummaryLayout,
): string {
  const value = summary.getUint32(addressAt, true).toString(16);
  return `${cause} ${summary.getUint32(causeAt, true)}, ${address} 0x${value}`;
}

/** A C string. */
function textIn(buffer: ArrayBuffer, offset: number, length: number): string {
  const bytes = new Uint8Array(buffer, offset, length);
  const end = bytes.indexOf(0);
  return readUtf8(bytes.subarray(0, end < 0 ? length : end));
}
