import type { RomError } from "./flash-download.ts";

/** Commands of the ROM's loader (esptool's documentation, "Serial Protocol"). */
export const romCommand = {
  flashBegin: 0x02,
  flashData: 0x03,
  flashEnd: 0x04,
  memoryBegin: 0x05,
  memoryEnd: 0x06,
  memoryData: 0x07,
  sync: 0x08,
  writeRegister: 0x09,
  readRegister: 0x0a,
  spiSetParameters: 0x0b,
  spiAttach: 0x0d,
  readFlash: 0x0e,
  changeBaudRate: 0x0f,
  compressedBegin: 0x10,
  compressedData: 0x11,
  compressedEnd: 0x12,
  flashMd5: 0x13,
  securityInfo: 0x14,
} as const;

export const requestHeaderBytes = 8;
/** before the block of a DATA command */
export const dataHeaderBytes = 16;

export interface RomRequest {
  readonly command: number;
  readonly data: Uint8Array;
  /** `data` as 32-bit words; a rest is left out */
  readonly words: readonly number[];
  /** of a block: see {@link checksumOf} */
  readonly checksum: number;
}

/** The length in the header says nothing new: the ROM does not look at it. */
export function readRequest(packet: Uint8Array): RomRequest | undefined {
  const [direction, command] = packet;
  if (packet.length < requestHeaderBytes || direction !== 0 || command === undefined) {
    return undefined;
  }
  const data = packet.subarray(requestHeaderBytes);
  const checksum = viewOf(packet).getUint32(4, true);
  return { command, data, words: wordsOf(data), checksum };
}

export interface RomAnswer {
  readonly command: number;
  readonly error: RomError;
  readonly value: number;
  readonly data?: Uint8Array | undefined;
}

/** A response, before it is encoded as SLIP. It ends with four bytes of status. */
export function writeAnswer({ command, error, value, data }: RomAnswer): Uint8Array {
  const length = data?.length ?? 0;
  const packet = new Uint8Array(requestHeaderBytes + length + 4);
  const view = viewOf(packet);
  packet[0] = 1;
  packet[1] = command;
  view.setUint16(2, length + 4, true);
  view.setUint32(4, value, true);
  if (data !== undefined) packet.set(data, requestHeaderBytes);
  packet[requestHeaderBytes + length] = error === 0 ? 0 : 1;
  packet[requestHeaderBytes + length + 1] = error;
  return packet;
}

/** Of a block, without its header. */
export function checksumOf(block: Uint8Array): number {
  return block.reduce((sum, byte) => sum ^ byte, 0xef);
}

function wordsOf(data: Uint8Array): number[] {
  const view = viewOf(data);
  const count = Math.floor(data.length / 4);
  return Array.from({ length: count }, (_, i) => view.getUint32(i * 4, true));
}

const viewOf = (bytes: Uint8Array) =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
