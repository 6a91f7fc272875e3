import { setTimeout as sleep } from "node:timers/promises";
import { esp32 } from "../../device/chips/table.ts";
import { consoleBaudRate } from "../serial/board-port.ts";
import { LoaderError, type LoaderLink, md5Of, type OnShare, words } from "./loader-link.ts";
import { readByRom, readByStub } from "./read-flash.ts";
import { writeFlash } from "./write-flash.ts";

// Commands that esptool-js does not have (Espressif's "Serial Protocol").
const spiSetParameters = 0x0b;
const spiAttach = 0x0d;

const sector = 0x1000;
/** what the ROM takes at a time; the stub takes 16 KB */
const romWriteSize = 0x400;

/** Block 0 of the ESP32's eFuses, and what in it locks a chip. */
const efuses = 0x3ff5_a000;
const flashCryptCount = 0x7f << 20;
const secureBootDone = 0b11 << 4;
/** In the answer to GET_SECURITY_INFO. */
const secureBootEnabled = 1;
/** The three bits of the revision: two of the eFuses, and one of the APB controller's date. */
const apbDate = 0x3ff6_607c;

/** The loader of a connected board: the stub in its RAM, or the one in the chip's ROM. */
export class BoardLoader {
  readonly chipName: string;
  readonly #link: LoaderLink;

  constructor(link: LoaderLink, chipName: string) {
    this.#link = link;
    this.chipName = chipName;
  }

  /** Whether the loader is the stub, which is faster. */
  get isStub(): boolean {
    return this.#link.loader.IS_STUB;
  }

  /**
   * Connects the loader to the flash memory.
   * @returns its size in bytes; undefined if it does not say
   */
  async attachFlash(): Promise<number | undefined> {
    const { loader } = this.#link;
    if (!this.isStub) {
      loader.FLASH_WRITE_SIZE = romWriteSize;
      await loader.checkCommand("attach the flash", spiAttach, words(0, 0));
    }
    const size = flashBytesOf((await loader.readFlashId()) >>> 16);
    if (size === undefined) return undefined;
    const parameters = words(0, size, 0x1_0000, sector, 0x100, 0xffff);
    await loader.checkCommand("set the flash's size", spiSetParameters, parameters);
    return size;
  }

  /**
   * Whether eFuses demand encrypted or signed content, which plain images are not (ESP32 Technical
   * Reference Manual, eFuse controller: FLASH_CRYPT_CNT, an odd number of bits, and ABS_DONE). The
   * loaders of newer chips say it themselves.
   */
  async isLocked(): Promise<boolean> {
    const { loader } = this.#link;
    if (this.chipName !== esp32.title) {
      const { flags, flashCryptCnt } = await loader.getSecurityInfo();
      return (flags & secureBootEnabled) !== 0 || bitsIn(flashCryptCnt) % 2 === 1;
    }
    const crypt = (await loader.readReg(efuses)) & flashCryptCount;
    const boot = (await loader.readReg(efuses + 0x18)) & secureBootDone;
    return bitsIn(crypt) % 2 === 1 || boot !== 0;
  }

  /** The ESP32's major revision, 0 to 3, as ESP-IDF 6.0 reads it (efuse_hal.c, `efuse_hal_get_major_chip_version`). */
  async revision(): Promise<number> {
    const { loader } = this.#link;
    const first = ((await loader.readReg(efuses + 12)) >>> 15) & 1;
    const second = ((await loader.readReg(efuses + 20)) >>> 20) & 1;
    const third = ((await loader.readReg(apbDate)) >>> 31) & 1;
    return first + second + third;
  }

  /** The MD5 of the flash as 32 hexadecimal digits. The chip computes it. */
  async md5(offset: number, length: number): Promise<string> {
    const text = await this.#link.loader.flashMd5sum(offset, length);
    // The ROM answers with text, whose bytes esptool-js writes in hexadecimal once more.
    return this.isStub ? text : Buffer.from(text, "hex").toString("latin1").toLowerCase();
  }

  /** @throws LoaderError if what arrived is not what is in the flash */
  async read(offset: number, length: number, onShare: OnShare): Promise<Uint8Array> {
    const readBy = this.isStub ? readByStub : readByRom;
    const bytes = await readBy(this.#link, offset, length, onShare);
    if ((await this.md5(offset, length)) === md5Of(bytes)) return bytes;
    throw new LoaderError("what arrived has another MD5 than the flash");
  }

  /**
   * Erases the sectors and writes them. `offset` is a sector's. Without an error, the chip has taken all
   * of it; its MD5 says whether it is right.
   * @returns how many bytes went over the port
   */
  write(offset: number, bytes: Uint8Array, onShare: OnShare): Promise<number> {
    return writeFlash(this.#link, offset, bytes, onShare);
  }

  /** Starts the firmware, and returns to the speed of its output. */
  async restart(hasControlLines: boolean): Promise<void> {
    const { loader, transport } = this.#link;
    if (hasControlLines) {
      if (transport.baudrate !== consoleBaudRate) await transport.changeBaudrate(consoleBaudRate);
      transport.flushInput();
      await transport.setLines({ dataTerminalReady: false, requestToSend: true });
      await sleep(100);
      await transport.setLines({ dataTerminalReady: false, requestToSend: false });
      return;
    }
    // The stub ends only what has begun. The ROM always leaves, but not for a begin of nothing.
    if (this.isStub) await loader.flashBegin(0, 0);
    // Nobody waits for the answer, because the firmware's first line may come right after it.
    await loader.command(loader.ESP_FLASH_END, words(0), 0, false);
  }

  /** What the board prints next; undefined when nothing comes in time. */
  readBytes(timeoutMs: number): Promise<Uint8Array | undefined> {
    return this.#link.transport.readBytes(timeoutMs);
  }

  /** Closes the port. The board stays as it is. */
  async close(): Promise<void> {
    await this.#link.transport.disconnect();
  }
}

const bitsIn = (value: number) => value.toString(2).replaceAll("0", "").length;

/** The size that a flash chip's JEDEC ID gives in its third byte: a power of two, in two ways. */
function flashBytesOf(id: number): number | undefined {
  const exponent = id >= 0x32 ? id - 0x20 : id >= 0x20 ? id - 0x06 : id;
  return exponent >= 0x12 && exponent <= 0x1c ? 2 ** exponent : undefined;
}
