import { Transform, type TransformCallback } from "node:stream";

/** Twice as much as a box ever sends, with its topic. */
export const maximumPacketBytes = 16_384;

const publishType = 3;

/**
 * Passes a broker's packets on, without the payloads that are too long: MQTT allows 256 MB in a packet,
 * and the client would keep all of it in memory. Such a PUBLISH arrives with an empty payload, so that it
 * is acknowledged, and not delivered again at each connection. Reads MQTT 3.1.1, sections 2.2 and 3.3.
 */
export class PacketLimit extends Transform {
  /** what is needed of the current packet before it can be decided about: never more than the limit */
  #head: Buffer = Buffer.alloc(0);
  /** bytes of the current packet that are still to come */
  #left = 0;
  #isDropping = false;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    let rest = chunk;
    while (rest.length > 0) {
      if (this.#left > 0) {
        const part = rest.subarray(0, this.#left);
        if (!this.#isDropping) this.push(part);
        this.#left -= part.length;
        rest = rest.subarray(part.length);
        continue;
      }
      const buffered = this.#head.length;
      this.#head = Buffer.concat([this.#head, rest.subarray(0, maximumPacketBytes - buffered)]);
      const used = this.#begin(this.#head);
      if (used === "malformed") {
        done(new Error("the broker sent a packet that is malformed or too long"));
        return;
      }
      if (used === "incomplete") {
        if (this.#head.length >= maximumPacketBytes) {
          done(new Error("the broker sent a packet with too long a topic"));
          return;
        }
        break;
      }
      this.#head = Buffer.alloc(0);
      rest = rest.subarray(used - buffered);
    }
    done();
  }

  /** @returns how many bytes of the packet were handled; `#left` has the number of the others */
  #begin(head: Buffer): number | "incomplete" | "malformed" {
    const length = readLength(head);
    if (typeof length === "string") return length;
    const { value, end } = length;
    this.#isDropping = value > maximumPacketBytes;
    if (!this.#isDropping) {
      this.push(head.subarray(0, end));
      this.#left = value;
      return end;
    }
    const [flags = 0] = head;
    if (flags >> 4 !== publishType) return "malformed";
    if (head.length < end + 2) return "incomplete";
    const hasIdentifier = (flags & 0b110) !== 0;
    const variable = 2 + head.readUInt16BE(end) + (hasIdentifier ? 2 : 0);
    if (variable > maximumPacketBytes) return "malformed";
    if (head.length < end + variable) return "incomplete";
    this.push(Buffer.concat([Buffer.from([flags, ...lengthBytes(variable)])]));
    this.push(head.subarray(end, end + variable));
    this.#left = value - variable;
    return end + variable;
  }
}

function readLength(
  head: Buffer,
): { readonly value: number; readonly end: number } | "incomplete" | "malformed" {
  let value = 0;
  for (let index = 1; index <= 4; index++) {
    const byte = head[index];
    if (byte === undefined) return "incomplete";
    value += (byte & 0x7f) * 128 ** (index - 1);
    if (byte < 0x80) return { value, end: index + 1 };
  }
  return "malformed";
}

function lengthBytes(length: number): readonly number[] {
  return length < 0x80 ? [length] : [(length & 0x7f) | 0x80, ...lengthBytes(length >> 7)];
}
