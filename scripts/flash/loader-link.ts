import { createHash } from "node:crypto";
import type { ESPLoader } from "esptool-js";
import type { Esptool, PortTransport } from "./port-transport.ts";

/** Called with a share from 0 to 1. */
export type OnShare = (share: number) => void;

/** What the parts of a board's loader work with. */
export interface LoaderLink {
  readonly esptool: Esptool;
  readonly loader: ESPLoader;
  readonly transport: PortTransport;
}

/** An answer that cannot be right. */
export class LoaderError extends Error {}

/** Whether the loader answered wrongly or not at all; any other error is that of the port, or a bug. */
export const isLoaderFailure = ({ ESPError }: Esptool, error: unknown): error is Error =>
  error instanceof ESPError || error instanceof LoaderError;

export const md5Of = (bytes: Uint8Array) => createHash("md5").update(bytes).digest("hex");

/** 32-bit words, little-endian. */
export function words(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => {
    view.setUint32(index * 4, value, true);
  });
  return bytes;
}
