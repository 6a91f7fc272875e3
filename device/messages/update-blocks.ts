import { readCborMap, writeCborMap } from "../core/cbor.ts";

/**
 * What a box and a stream say to each other (AWS IoT developer guide, "AWS IoT MQTT-based file
 * delivery", GetStream). CBOR, with a letter as each member's name.
 */

/** Of each block but the last one of a file. AWS allows 256 to 131,072; a sector of flash is this long. */
export const blockBytes = 4_096;

export interface BlockRequest {
  readonly clientToken: string;
  readonly file: number;
  /** the first is 0 */
  readonly block: number;
}

export interface Block {
  readonly file: number;
  readonly block: number;
  /** a view of the message */
  readonly bytes: Uint8Array;
}

/** Asks for one block. */
export function writeBlockRequest({ clientToken, file, block }: BlockRequest): Uint8Array {
  return writeCborMap({ c: clientToken, f: file, l: blockBytes, o: block, n: 1 });
}

/** @returns undefined if the request is not one, or asks for more than one block of this length */
export function readBlockRequest(message: Uint8Array): BlockRequest | undefined {
  const members = readCborMap(message);
  const [clientToken, file, block] = ["c", "f", "o"].map((name) => members?.get(name));
  if (members?.get("l") !== blockBytes || members.get("n") !== 1) return undefined;
  if (typeof clientToken !== "string") return undefined;
  if (typeof file !== "number" || typeof block !== "number") return undefined;
  return { clientToken, file, block };
}

export function writeBlock({ file, block, bytes }: Block, clientToken: string): Uint8Array {
  return writeCborMap({ c: clientToken, f: file, l: bytes.length, i: block, p: bytes });
}

/** @returns undefined if it is not a block, or not as long as it says */
export function readBlock(message: Uint8Array): Block | undefined {
  const members = readCborMap(message);
  const [file, block, bytes] = ["f", "i", "p"].map((name) => members?.get(name));
  if (typeof file !== "number" || typeof block !== "number") return undefined;
  if (!(bytes instanceof Uint8Array) || members?.get("l") !== bytes.length) return undefined;
  return { file, block, bytes };
}
