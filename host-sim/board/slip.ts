/** SLIP (RFC 1055): packets between two END bytes. */
const end = 0xc0;
const escaping = 0xdb;
const escapedEnd = 0xdc;
const escapedEscape = 0xdd;

export function encodeSlip(packet: Uint8Array): Uint8Array {
  const bytes = [end];
  for (const byte of packet) {
    if (byte === end) bytes.push(escaping, escapedEnd);
    else if (byte === escaping) bytes.push(escaping, escapedEscape);
    else bytes.push(byte);
  }
  bytes.push(end);
  return Uint8Array.from(bytes);
}

/**
 * Bytes to packets. Empty packets are left out: one END may end a packet and begin the next. A
 * packet that is too long, or has a wrong escape, is left out too.
 */
export class SlipDecoder {
  readonly #bytes: Uint8Array;
  #length = 0;
  #isEscaped = false;
  #isBad = false;

  constructor(longestPacket: number) {
    this.#bytes = new Uint8Array(longestPacket);
  }

  receive(bytes: Uint8Array): Uint8Array[] {
    const packets: Uint8Array[] = [];
    for (const byte of bytes) {
      if (byte !== end) {
        this.#handle(byte);
        continue;
      }
      const isWhole = this.#length > 0 && !this.#isBad && !this.#isEscaped;
      if (isWhole) packets.push(this.#bytes.slice(0, this.#length));
      this.#length = 0;
      this.#isEscaped = false;
      this.#isBad = false;
    }
    return packets;
  }

  #handle(byte: number): void {
    if (this.#isEscaped) {
      this.#isEscaped = false;
      if (byte === escapedEnd) this.#keep(end);
      else if (byte === escapedEscape) this.#keep(escaping);
      else this.#isBad = true;
    } else if (byte === escaping) this.#isEscaped = true;
    else this.#keep(byte);
  }

  #keep(byte: number): void {
    if (this.#length === this.#bytes.length) this.#isBad = true;
    else this.#bytes[this.#length++] = byte;
  }
}
