/**
 * MQTT control packets as bytes: their boundaries, and the few fields that are read without
 * parsing.
 */

export const packetTypes = { connack: 2, publish: 3 } as const;

/** Splits a byte stream into MQTT control packets, without copying complete ones. */
export class Framer {
  readonly #maxFrameBytes: number;
  #pending: Buffer = Buffer.alloc(0);

  /**
   * A longer packet is a problem as soon as its header has arrived, before its body is buffered.
   */
  constructor(maxFrameBytes: number) {
    this.#maxFrameBytes = maxFrameBytes;
  }

  /**
   * The packets that `chunk` completes. After a `problem`, the stream cannot be read any further.
   */
  push(chunk: Buffer): { readonly frames: readonly Buffer[]; readonly problem?: string } {
    let rest = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const frames: Buffer[] = [];
    for (;;) {
      const length = frameLength(rest);
      if (length === "malformed") return { frames, problem: "malformed remaining length" };
      if (length > this.#maxFrameBytes && length !== Infinity) {
        return { frames, problem: `a packet of ${length} bytes` };
      }
      if (length > rest.length) break;
      frames.push(rest.subarray(0, length));
      rest = rest.subarray(length);
    }
    this.#pending = rest;
    return { frames };
  }
}

/**
 * Length of the first packet in `bytes`, including its header; `Infinity` while the header is
 * incomplete.
 */
function frameLength(bytes: Buffer): number | "malformed" {
  let remaining = 0;
  for (let index = 1; index <= 4; index++) {
    if (index >= bytes.length) return Infinity;
    const digit = bytes.readUInt8(index);
    remaining += (digit & 0x7f) * 128 ** (index - 1);
    if (digit < 0x80) return index + 1 + remaining;
  }
  return "malformed";
}

export function packetType(frame: Buffer): number {
  return frame.readUInt8(0) >> 4;
}

/** Of a PUBLISH. */
export function publishQos(frame: Buffer): number {
  return (frame.readUInt8(0) >> 1) & 3;
}

/** Of a PUBLISH. */
export function publishTopic(frame: Buffer): string {
  const start = bodyStart(frame);
  return frame.toString("utf8", start + 2, start + 2 + frame.readUInt16BE(start));
}

/** Of a PUBLISH with a QoS above 0. */
export function publishIdentifier(frame: Buffer): number {
  const start = bodyStart(frame);
  return frame.readUInt16BE(start + 2 + frame.readUInt16BE(start));
}

function bodyStart(frame: Buffer): number {
  let index = 1;
  while (frame.readUInt8(index) >= 0x80) index++;
  return index + 1;
}
