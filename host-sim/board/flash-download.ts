import { constants, inflateSync } from "node:zlib";
import type { NorFlash } from "./nor-flash.ts";

/** The ROM's words for what went wrong (esptool's "Serial Protocol", ROM loader errors). */
export const romError = {
  none: 0,
  invalidFormat: 5,
  failed: 6,
  checksum: 7,
  flashWrite: 8,
  deflate: 11,
} as const;

export type RomError = (typeof romError)[keyof typeof romError];

export interface FlashDownloadOptions {
  readonly flash: NorFlash;
  readonly offset: number;
  /** in bytes: erased before the first block arrives */
  readonly eraseBytes: number;
  readonly blocks: number;
  readonly blockBytes: number;
  readonly isCompressed: boolean;
}

/** One download into the flash: BEGIN has erased, each DATA writes a block before its answer. */
export class FlashDownload {
  readonly #options: FlashDownloadOptions;
  #blocks = 0;
  #writtenBytes = 0;
  /** everything so far: what is inflated of it grows with each block */
  #compressed = Buffer.alloc(0);

  constructor(options: FlashDownloadOptions) {
    this.#options = options;
    options.flash.erase(options.offset, options.eraseBytes);
  }

  get isCompressed(): boolean {
    return this.#options.isCompressed;
  }

  /** @param data without its header */
  write(sequence: number, data: Uint8Array): RomError {
    const { blocks, blockBytes, isCompressed } = this.#options;
    const isNext = sequence === this.#blocks && sequence < blocks;
    if (!isNext || data.length > blockBytes) return romError.invalidFormat;
    const error = isCompressed ? this.#inflate(data) : this.#program(data);
    // After a write error, a client may repeat the block.
    if (error === romError.none) this.#blocks += 1;
    return error;
  }

  #program(data: Uint8Array): RomError {
    const { flash, offset } = this.#options;
    if (!flash.program(offset + this.#writtenBytes, data)) return romError.flashWrite;
    this.#writtenBytes += data.length;
    return romError.none;
  }

  #inflate(data: Uint8Array): RomError {
    const compressed = Buffer.concat([this.#compressed, data]);
    let bytes: Uint8Array;
    try {
      bytes = inflateSync(compressed, {
        finishFlush: constants.Z_SYNC_FLUSH,
        maxOutputLength: Math.max(1, this.#options.eraseBytes),
      });
    } catch {
      // The ROM takes no further block of this download.
      this.#blocks = this.#options.blocks;
      return romError.deflate;
    }
    const error = this.#program(bytes.subarray(this.#writtenBytes));
    if (error === romError.none) this.#compressed = compressed;
    return error;
  }
}
