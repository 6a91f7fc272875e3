const endByte = 0xc0;
const escapeByte = 0xdb;
const escapedEnd = 0xdc;
const escapedEscape = 0xdd;

/** More than the longest packet of the chip's loaders: 4 KB of flash. */
const longestPacket = 0x8000;

/**
 * Finds the packets in the bytes of a serial port (SLIP, RFC 1055). Bytes between packets are skipped,
 * because the chip's ROM also prints text. A packet that is too long or wrongly escaped is dropped.
 */
export class SlipDecoder {
  readonly #packet = new Uint8Array(longestPacket);
  #length = 0;
  #state: "outside" | "inside" | "escaped" = "outside";

  /**
   * Takes bytes until one packet is complete.
   * @returns how many bytes it took, and the packet
   */
  push(bytes: Uint8Array): { readonly taken: number; readonly packet?: Uint8Array } {
    for (let i = 0; i < bytes.length; i++) {
      if (this.#take(bytes[i] ?? 0)) {
        const packet = this.#packet.slice(0, this.#length);
        this.reset();
        return { taken: i + 1, packet };
      }
    }
    return { taken: bytes.length };
  }

  /** Forgets a packet that is not complete. */
  reset(): void {
    this.#length = 0;
    this.#state = "outside";
  }

  /** @returns whether the packet is complete */
  #take(byte: number): boolean {
    if (byte === endByte) {
      // Two in a row: the first one ended a packet that was lost.
      if (this.#state === "inside" && this.#length > 0) return true;
      this.#length = 0;
      this.#state = "inside";
      return false;
    }
    if (this.#state === "outside") return false;
    if (this.#state === "inside" && byte === escapeByte) {
      this.#state = "escaped";
      return false;
    }
    const value = this.#state === "escaped" ? unescaped(byte) : byte;
    if (value === undefined || this.#length === longestPacket) {
      this.reset();
      return false;
    }
    this.#state = "inside";
    this.#packet[this.#length++] = value;
    return false;
  }
}

function unescaped(byte: number): number | undefined {
  if (byte === escapedEnd) return endByte;
  return byte === escapedEscape ? escapeByte : undefined;
}

/** One packet, with its escapes, between two end bytes. */
export function encodeSlip(packet: Uint8Array): Uint8Array {
  let escapes = 0;
  for (const byte of packet) if (byte === endByte || byte === escapeByte) escapes++;
  const bytes = new Uint8Array(packet.length + escapes + 2);
  let at = 0;
  bytes[at++] = endByte;
  for (const byte of packet) {
    if (byte !== endByte && byte !== escapeByte) {
      bytes[at++] = byte;
      continue;
    }
    bytes[at++] = escapeByte;
    bytes[at++] = byte === endByte ? escapedEnd : escapedEscape;
  }
  bytes[at] = endByte;
  return bytes;
}
