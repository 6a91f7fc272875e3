import {
  isLoaderFailure,
  LoaderError,
  type LoaderLink,
  md5Of,
  type OnShare,
  words,
} from "./loader-link.ts";

/** READ_FLASH_SLOW (Espressif's "Serial Protocol"), which esptool-js does not have. */
const readFlashSlow = 0x0e;
/** what the ROM returns at a time, always */
const slowBlock = 64;
const sector = 0x1000;
const pieceTimeoutMs = 2_000;
const pieceAttempts = 5;
/** Between two packets of the stub there is no such pause. */
const pauseMs = 200;
const longestPauseMs = 5_000;
/** how many packets the stub may send before the first is acknowledged */
const packetsAhead = 64;

/**
 * By the stub as a whole; in small pieces over a port that loses bytes, as an emulator's does.
 * @throws LoaderError
 */
export async function readByStub(
  link: LoaderLink,
  offset: number,
  length: number,
  onShare: OnShare,
): Promise<Uint8Array> {
  const whole = await readPiece(link, offset, length, onShare);
  if (whole !== undefined) return whole;
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += slowBlock) {
    const count = Math.min(slowBlock, length - at);
    bytes.set(await readAgain(link, offset + at, count), at);
    onShare((at + count) / length);
  }
  return bytes;
}

async function readAgain(link: LoaderLink, offset: number, length: number): Promise<Uint8Array> {
  for (let attempt = 0; attempt < pieceAttempts; attempt++) {
    const piece = await readPiece(link, offset, length, () => {});
    if (piece !== undefined) return piece;
  }
  throw new LoaderError("the port loses bytes");
}

/**
 * The stub's READ_FLASH: packets with the content, each acknowledged with the number of bytes so far,
 * then the MD5 of all.
 * @returns undefined if something was lost on the way
 */
async function readPiece(
  link: LoaderLink,
  offset: number,
  length: number,
  onShare: OnShare,
): Promise<Uint8Array | undefined> {
  const { esptool, loader, transport } = link;
  const request = words(offset, length, sector, packetsAhead);
  await loader.checkCommand("read the flash", loader.ESP_READ_FLASH, request);
  const packets: Uint8Array[] = [];
  let received = 0;
  let digest: string | undefined;
  try {
    while (received < length) {
      const packet = await transport.read(pieceTimeoutMs);
      packets.push(packet);
      received += packet.length;
      await transport.write(words(received));
      onShare(Math.min(1, received / length));
    }
    digest = Buffer.from(await transport.read(pieceTimeoutMs)).toString("hex");
  } catch (error) {
    if (!isLoaderFailure(esptool, error)) throw error;
    await endReading(link, length);
  }
  const bytes = new Uint8Array(Buffer.concat(packets));
  return bytes.length === length && digest === md5Of(bytes) ? bytes : undefined;
}

/** The stub waits for the rest to be acknowledged; then it takes commands again. */
async function endReading({ esptool, loader, transport }: LoaderLink, length: number) {
  for (let left = pieceAttempts - 1; ; left--) {
    await transport.write(words(length));
    await transport.drainInput(pauseMs, longestPauseMs);
    try {
      await loader.readReg(loader.CHIP_DETECT_MAGIC_REG_ADDR);
      return;
    } catch (error) {
      if (left === 0 || !isLoaderFailure(esptool, error)) throw error;
    }
  }
}

/** By the ROM, 64 bytes at a time. */
export async function readByRom(
  { loader }: LoaderLink,
  offset: number,
  length: number,
  onShare: OnShare,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += slowBlock) {
    const count = Math.min(slowBlock, length - at);
    const request = words(offset + at, count);
    const block = await loader.checkCommand("read the flash", readFlashSlow, request, 0, slowBlock);
    if (typeof block === "number") throw new LoaderError("no bytes of the flash arrived");
    bytes.set(block.subarray(0, count), at);
    onShare((at + count) / length);
  }
  return bytes;
}
