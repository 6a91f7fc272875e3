import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import type { Settings } from "../../device/config.ts";
import { printable } from "../../host-sim/printable.ts";
import type { SimulatedBoxRecord } from "../../host-sim/simulated-box.ts";
import { VcdLines } from "../../host-sim/vcd.ts";
import { UserError } from "../command-line/user-error.ts";

/** Writes a box's records to a file. */
export interface VcdFile {
  /** Never throws: a disk error must not affect the pin. */
  record(record: SimulatedBoxRecord): void;
  /** @throws UserError when some of it could not be written */
  close(): Promise<void>;
}

/**
 * Creates a VCD file, or replaces the one that exists.
 * @throws UserError when the file cannot be written
 */
export async function createVcdFile(file: string, box: Settings): Promise<VcdFile> {
  const stream = createWriteStream(file);
  const failed = (cause: unknown) =>
    new UserError(`${printable(file)} (--vcd) cannot be written: ${printable(String(cause))}`, {
      cause,
    });
  try {
    await new Promise<void>((resolve, reject) => {
      stream.once("open", () => resolve());
      stream.once("error", reject);
    });
  } catch (error) {
    throw failed(error);
  }
  // `close` reports a full disk: the box keeps running.
  stream.on("error", () => {});
  const written = finished(stream);
  written.catch(() => {});
  const lines = new VcdLines(box, Date.now(), (text) => {
    if (stream.writable) stream.write(text);
  });
  return {
    record: (record) => lines.record(record),
    close: async () => {
      lines.end();
      stream.end();
      try {
        await written;
      } catch (error) {
        throw failed(error);
      }
    },
  };
}
