/**
 * `<length>:<bytes>,` (https://cr.yp.to/proto/netstrings.txt): the framing of messages on a pipe.
 */
export function netstring(...parts: readonly (Uint8Array | string)[]): Uint8Array {
  const body = parts.map((part) => Buffer.from(part as string));
  const length = body.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([Buffer.from(`${length}:`), ...body, Buffer.from(",")]);
}

/** The engine never writes a length with more digits. */
const maximumDigits = 9;

/** Parses messages from a stream of bytes, however it is split. */
export class NetstringReader {
  #held: Buffer = Buffer.alloc(0);

  /**
   * @returns the messages that `bytes` complete, in order
   * @throws Error on an invalid netstring: the stream is then unusable
   */
  read(bytes: Uint8Array): Uint8Array[] {
    this.#held = Buffer.concat([this.#held, bytes]);
    const messages: Uint8Array[] = [];
    for (let message = this.#next(); message !== undefined; message = this.#next()) {
      messages.push(message);
    }
    return messages;
  }

  #next(): Uint8Array | undefined {
    const colon = this.#held.subarray(0, maximumDigits + 1).indexOf(":");
    const digits = this.#held.toString("latin1", 0, colon < 0 ? maximumDigits + 1 : colon);
    const isLength = colon < 0 ? /^\d{0,9}$/.test(digits) : /^\d{1,9}$/.test(digits);
    if (!isLength) throw new Error("invalid netstring: its length is not a number");
    if (colon < 0) return undefined;
    const end = colon + 1 + Number(digits);
    if (this.#held.length <= end) return undefined;
    if (this.#held[end] !== 0x2c)
      throw new Error("invalid netstring: it does not end with a comma");
    const message = this.#held.subarray(colon + 1, end);
    this.#held = this.#held.subarray(end + 1);
    return message;
  }
}
