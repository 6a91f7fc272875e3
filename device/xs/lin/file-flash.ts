import files from "embedded:storage/files";
import { boxPartitionLength } from "../../box-data.ts";
import type { Flash } from "../../hal.ts";

const name = "box.bin";
const sector = 0x1000;

/**
 * The box's partition on a desktop: the file `box.bin` in the folder that the build has set
 * (`config.files`). Without the file, the flash is erased.
 */
export class FileFlash implements Flash {
  readonly length = boxPartitionLength;
  readonly blockLength = sector;
  readonly #bytes = new Uint8Array(boxPartitionLength).fill(0xff);

  constructor() {
    let file: ReturnType<typeof files.openFile>;
    try {
      file = files.openFile({ path: name, mode: "r" });
    } catch {
      return;
    }
    this.#bytes.set(new Uint8Array(file.read(boxPartitionLength, 0)));
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
    const file = files.openFile({ path: name, mode: "w" });
    file.write(this.#bytes, 0);
    file.close();
  }
}
