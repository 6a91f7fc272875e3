import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { deflateSync } from "node:zlib";
import type { ESPLoader } from "esptool-js";
import { Unzlib } from "fflate";
import { consoleBaudRate, PortError } from "../serial/board-port.ts";
import type { PortTransport } from "./port-transport.ts";

/** Called with a share from 0 to 1. */
export type OnShare = (share: number) => void;

// Commands that esptool-js does not have (Espressif's "Serial Protocol").
const spiSetParameters = 0x0b;
const spiAttach = 0x0d;
const readFlashSlow = 0x0e;

const sector = 0x1000;
/** what the ROM returns at a time, always */
const slowBlock = 64;
/** what the ROM takes at a time; the stub takes 16 KB */
const romWriteSize = 0x400;
const romTransferBytes = 0x1_0000;
const transferAttempts = 4;
const packetTimeoutMs = 5_000;
const writeTimeoutMsPerMb = 40_000;
const shortestTimeoutMs = 3_000;

const flashCryptCount = 0x7f << 20;
const secureBootDone = 0b11 << 4;

/** An answer that cannot be right. */
export class LoaderError extends Error {}

/** The loader of a connected board: the stub in its RAM, or the one in the chip's ROM. */
export class BoardLoader {
  readonly chipName: string;
  readonly #loader: ESPLoader;
  readonly #transport: PortTransport;

  constructor(loader: ESPLoader, transport: PortTransport, chipName: string) {
    this.#loader = loader;
    this.#transport = transport;
    this.chipName = chipName;
    loader.FLASH_READ_TIMEOUT = packetTimeoutMs;
  }

  /** Whether the loader is the stub, which is faster. */
  get isStub(): boolean {
    return this.#loader.IS_STUB;
  }

  /**
   * Connects the loader to the flash memory.
   * @returns its size in bytes; undefined if it does not say
   */
  async attachFlash(): Promise<number | undefined> {
    const loader = this.#loader;
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
   * Reference Manual, eFuse controller: FLASH_CRYPT_CNT, an odd number of bits, and ABS_DONE).
   */
  async isLocked(): Promise<boolean> {
    const { EFUSE_RD_REG_BASE } = this.#loader.chip as { EFUSE_RD_REG_BASE?: number };
    const base = EFUSE_RD_REG_BASE ?? 0x3ff5_a000;
    const crypt = (await this.#loader.readReg(base)) & flashCryptCount;
    const boot = (await this.#loader.readReg(base + 0x18)) & secureBootDone;
    const bits = crypt.toString(2).replaceAll("0", "").length;
    return bits % 2 === 1 || boot !== 0;
  }

  /** The MD5 of the flash as 32 hexadecimal digits. The chip computes it. */
  async md5(offset: number, length: number): Promise<string> {
    const text = await this.#loader.flashMd5sum(offset, length);
    // The ROM answers with text, whose bytes esptool-js writes in hexadecimal once more.
    return this.isStub ? text : Buffer.from(text, "hex").toString("latin1").toLowerCase();
  }

  /** @throws LoaderError if what arrived is not what is in the flash */
  async read(offset: number, length: number, onShare: OnShare): Promise<Uint8Array> {
    const bytes = this.isStub
      ? await this.#readByStub(offset, length, onShare)
      : await this.#readByRom(offset, length, onShare);
    if ((await this.md5(offset, length)) !== md5Of(bytes)) {
      throw new LoaderError("what arrived has another MD5 than the flash");
    }
    return bytes;
  }

  async #readByStub(offset: number, length: number, onShare: OnShare): Promise<Uint8Array> {
    const bytes = await this.#loader.readFlash(offset, length, (_, done) => onShare(done / length));
    // The stub ends with an MD5, which esptool-js leaves in the stream.
    await this.#transport.read(packetTimeoutMs);
    return bytes;
  }

  async #readByRom(offset: number, length: number, onShare: OnShare): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at += slowBlock) {
      const count = Math.min(slowBlock, length - at);
      const block = await this.#loader.checkCommand(
        "read the flash",
        readFlashSlow,
        words(offset + at, count),
        0,
        slowBlock,
      );
      if (typeof block === "number") throw new LoaderError("no bytes of the flash arrived");
      bytes.set(block.subarray(0, count), at);
      onShare((at + count) / length);
    }
    return bytes;
  }

  /**
   * Erases the sectors and writes them. `offset` is a sector's. Without an error, the chip has taken all
   * of it; its MD5 says whether it is right.
   * @returns how many bytes went over the port
   */
  async write(offset: number, bytes: Uint8Array, onShare: OnShare): Promise<number> {
    // Pad to whole words with erased bytes, as esptool does.
    const padded = new Uint8Array(Math.ceil(bytes.length / 4) * 4).fill(0xff);
    padded.set(bytes);
    // After a lost byte, the ROM refuses the rest of a transfer. So its transfers are short.
    const step = this.isStub ? padded.length : romTransferBytes;
    let sent = 0;
    for (let at = 0; at < padded.length; at += step) {
      const part = padded.subarray(at, at + step);
      sent += await this.#transferAgain(offset + at, part, (share) =>
        onShare((at + share * part.length) / padded.length),
      );
    }
    return sent;
  }

  /** A failed transfer is repeated from its beginning. */
  async #transferAgain(offset: number, bytes: Uint8Array, onShare: OnShare): Promise<number> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#transfer(offset, bytes, onShare);
      } catch (error) {
        if (attempt === transferAttempts || error instanceof PortError) throw error;
        await this.#transport.drainInput();
      }
    }
  }

  async #transfer(offset: number, bytes: Uint8Array, onShare: OnShare): Promise<number> {
    const loader = this.#loader;
    const compressed = deflateSync(bytes, { level: 9 });
    await loader.flashDeflBegin(bytes.length, compressed.length, offset);
    let inflated = 0;
    const inflate = new Unzlib((chunk) => {
      inflated += chunk.length;
    });
    let timeout = shortestTimeoutMs;
    const step = loader.FLASH_WRITE_SIZE;
    for (let at = 0, sequence = 0; at < compressed.length; at += step, sequence++) {
      const block = compressed.subarray(at, at + step);
      const before = inflated;
      inflate.push(block, at + step >= compressed.length);
      const blockTimeout = timeoutFor(inflated - before);
      // The ROM answers after it has written; the stub before, while the next block is on its way.
      if (!this.isStub) timeout = blockTimeout;
      await loader.flashDeflBlock(block, sequence, timeout);
      timeout = blockTimeout;
      onShare(Math.min(1, (at + step) / compressed.length));
    }
    // The stub answers this one only after the last block is in the flash.
    if (this.isStub) await loader.readReg(loader.CHIP_DETECT_MAGIC_REG_ADDR, timeout);
    return compressed.length;
  }

  /** Starts the firmware, and returns to the speed of its output. */
  async restart(hasControlLines: boolean): Promise<void> {
    if (hasControlLines) {
      if (this.#transport.baudrate !== consoleBaudRate) {
        await this.#transport.changeBaudrate(consoleBaudRate);
      }
      this.#transport.flushInput();
      await this.#transport.setLines({ dataTerminalReady: false, requestToSend: true });
      await sleep(100);
      await this.#transport.setLines({ dataTerminalReady: false, requestToSend: false });
      return;
    }
    // The stub ends only what has begun. The ROM always leaves, but not for a begin of nothing.
    if (this.isStub) await this.#loader.flashBegin(0, 0);
    // Nobody waits for the answer, because the firmware's first line may come right after it.
    await this.#loader.command(this.#loader.ESP_FLASH_END, words(0), 0, false);
  }

  /** What the board prints next; undefined when nothing comes in time. */
  readBytes(timeoutMs: number): Promise<Uint8Array | undefined> {
    return this.#transport.readBytes(timeoutMs);
  }

  /** Closes the port. The board stays as it is. */
  async close(): Promise<void> {
    await this.#transport.disconnect();
  }
}

export const md5Of = (bytes: Uint8Array) => createHash("md5").update(bytes).digest("hex");

/** The size that a flash chip's JEDEC ID gives in its third byte: a power of two, in two ways. */
function flashBytesOf(id: number): number | undefined {
  const exponent = id >= 0x32 ? id - 0x20 : id >= 0x20 ? id - 0x06 : id;
  return exponent >= 0x12 && exponent <= 0x1c ? 2 ** exponent : undefined;
}

const timeoutFor = (bytes: number) =>
  Math.max(shortestTimeoutMs, (writeTimeoutMsPerMb * bytes) / 1_000_000);

/** 32-bit words, little-endian. */
function words(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => {
    view.setUint32(index * 4, value, true);
  });
  return bytes;
}
