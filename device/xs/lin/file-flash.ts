import { File } from "file";
import config from "mc/config";
import { boxPartitionLength } from "../../box-data.ts";
import type { Flash } from "../../hal.ts";

const sector = 0x1000;

/**
 * The box's partition on a desktop: a file, whose path the build has set. Without the file, the flash
 * is erased.
 */
export class FileFlash implements Flash {
  readonly length = boxPartitionLength;
  readonly blockLength = sector;
  readonly #bytes = new Uint8Array(boxPartitionLength).fill(0xff);

  constructor() {
    if (!File.exists(config.boxFile)) return;
    const file = new File(config.boxFile);
    this.#bytes.set(new Uint8Array(file.read(ArrayBuffer, boxPartitionLength)));
    file.close();
  }

  read(offset: number, count: number): Uint8Array {
    return this.#bytes.slice(offset, offset + count);
  }

  write(offset: number, bytes: Uint8Array): void {
    this.#bytes.set(bytes, offset);
    this.#save();
  }

  eraseBlocks(first: number, end: number): void {
    this.#bytes.fill(0xff, first * sector, end * sector);
    this.#save();
  }

  #save(): void {
    const file = new File(config.boxFile, true);
    file.write(this.#bytes.buffer);
    file.close();
  }
}
