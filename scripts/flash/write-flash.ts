import { deflateSync } from "node:zlib";
import { Unzlib } from "fflate";
import { isLoaderFailure, type LoaderLink, type OnShare } from "./loader-link.ts";

/** After a lost byte, the ROM refuses the rest of a transfer. So its transfers are short. */
const romTransferBytes = 0x1_0000;
const sector = 0x1000;
const sectorAttempts = 5;
const blockAttempts = 3;
const timeoutMsPerMb = 40_000;
const shortestTimeoutMs = 3_000;

/**
 * Erases the sectors and writes them, compressed. `offset` is a sector's.
 * @returns how many bytes went over the port
 */
export async function writeFlash(
  link: LoaderLink,
  offset: number,
  bytes: Uint8Array,
  onShare: OnShare,
): Promise<number> {
  // Whole words, the last one with erased bytes, as esptool does.
  const padded = new Uint8Array(Math.ceil(bytes.length / 4) * 4).fill(0xff);
  padded.set(bytes);
  // Each block is repeated by writeBlock, with a pause in which the rest of an answer arrives.
  link.loader.WRITE_BLOCK_ATTEMPTS = 1;
  const step = link.loader.IS_STUB ? padded.length : romTransferBytes;
  let sent = 0;
  for (let at = 0; at < padded.length; at += step) {
    const part = padded.subarray(at, at + step);
    sent += await transferInParts(link, offset + at, part, (share) =>
      onShare((at + share * part.length) / padded.length),
    );
  }
  return sent;
}

/** A transfer that failed is repeated in two halves, down to single sectors, which are tried again. */
async function transferInParts(
  link: LoaderLink,
  offset: number,
  bytes: Uint8Array,
  onShare: OnShare,
  attempt = 1,
): Promise<number> {
  const isSector = bytes.length <= sector;
  try {
    return await transfer(link, offset, bytes, onShare);
  } catch (error) {
    const isLast = isSector && attempt === sectorAttempts;
    if (isLast || !isLoaderFailure(link.esptool, error)) throw error;
    await link.transport.drainInput();
  }
  if (isSector) return transferInParts(link, offset, bytes, onShare, attempt + 1);
  const half = Math.ceil(bytes.length / sector / 2) * sector;
  let sent = 0;
  for (const [at, part] of [
    [0, bytes.subarray(0, half)],
    [half, bytes.subarray(half)],
  ] as const) {
    sent += await transferInParts(link, offset + at, part, (share) =>
      onShare((at + share * part.length) / bytes.length),
    );
  }
  return sent;
}

async function transfer(
  link: LoaderLink,
  offset: number,
  bytes: Uint8Array,
  onShare: OnShare,
): Promise<number> {
  const { loader } = link;
  const compressed = deflateSync(bytes, { level: 9 });
  await loader.flashDeflBegin(bytes.length, compressed.length, offset);
  let inflated = 0;
  const inflate = new Unzlib((chunk) => {
    inflated += chunk.length;
  });
  let timeoutMs = shortestTimeoutMs;
  const step = loader.FLASH_WRITE_SIZE;
  for (let at = 0, sequence = 0; at < compressed.length; at += step, sequence++) {
    const block = compressed.subarray(at, at + step);
    const before = inflated;
    inflate.push(block, at + step >= compressed.length);
    const ownTimeoutMs = timeoutFor(inflated - before);
    // The ROM answers after it has written; the stub before, while the next block is on its way.
    if (!loader.IS_STUB) timeoutMs = ownTimeoutMs;
    await writeBlock(link, block, sequence, timeoutMs);
    timeoutMs = ownTimeoutMs;
    onShare(Math.min(1, (at + step) / compressed.length));
  }
  // The stub answers this one only after the last block is in the flash.
  if (loader.IS_STUB) await loader.readReg(loader.CHIP_DETECT_MAGIC_REG_ADDR, timeoutMs);
  return compressed.length;
}

/** A block that arrived damaged, or not at all, is sent again, as by esptool. */
async function writeBlock(
  { esptool, loader, transport }: LoaderLink,
  block: Uint8Array,
  sequence: number,
  timeoutMs: number,
): Promise<void> {
  for (let left = blockAttempts - 1; ; left--) {
    try {
      await loader.flashDeflBlock(block, sequence, timeoutMs);
      return;
    } catch (error) {
      if (left === 0 || !isLoaderFailure(esptool, error)) throw error;
      await transport.drainInput();
    }
  }
}

const timeoutFor = (bytes: number) =>
  Math.max(shortestTimeoutMs, (timeoutMsPerMb * bytes) / 1_000_000);
