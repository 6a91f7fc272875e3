/** The longest message that is put together from pieces: as long as one record may be. */
export const maximumMessageLength = 16_384;

const headerLength = 4;

export class MessageError extends Error {
  override name = "MessageError";
}

/**
 * A record may carry several messages of a handshake, or a part of one (RFC 5246, 6.2.1). The SDK
 * expects whole messages.
 */
export class MessagePieces {
  /** the header of a message that has begun, then the message; undefined: none has begun */
  #message: Uint8Array | undefined;
  #length = 0;
  #isEncrypted = false;

  /**
   * Takes what one record carries.
   * @returns the messages that are whole now, with their headers
   * @throws MessageError if a message is too long, or changes its encryption within
   */
  take(piece: Uint8Array, isEncrypted: boolean): Uint8Array[] {
    if (this.#message !== undefined && this.#isEncrypted !== isEncrypted) {
      throw new MessageError("handshake: ChangeCipherSpec within a message");
    }
    this.#isEncrypted = isEncrypted;
    const whole: Uint8Array[] = [];
    let at = 0;
    while (at < piece.length) {
      const rest = piece.subarray(at);
      if (this.#message === undefined) {
        const length = lengthOf(rest);
        // Usually the whole message is there: nothing is copied.
        if (length <= rest.length) {
          whole.push(rest.subarray(0, length));
          at += length;
          continue;
        }
      }
      at += this.#add(rest);
      const message = this.#message;
      if (message === undefined || this.#length < lengthOf(message)) continue;
      whole.push(message);
      this.#message = undefined;
    }
    return whole;
  }

  /** @returns how many bytes it needs: of the header, then of the message */
  #add(bytes: Uint8Array): number {
    if (this.#message === undefined) {
      this.#message = new Uint8Array(headerLength);
      this.#length = 0;
    } else if (this.#length === headerLength) {
      const header = this.#message;
      this.#message = new Uint8Array(lengthOf(header));
      this.#message.set(header);
    }
    const count = Math.min(bytes.length, this.#message.length - this.#length);
    this.#message.set(bytes.subarray(0, count), this.#length);
    this.#length += count;
    return count;
  }
}

/**
 * @returns the length of the message that begins there; infinite while its header is not whole
 * @throws MessageError if it is too long, before any memory is given to it
 */
function lengthOf(bytes: Uint8Array): number {
  if (bytes.length < headerLength) return Number.POSITIVE_INFINITY;
  const [, high = 0, middle = 0, low = 0] = bytes;
  const length = headerLength + high * 0x10000 + middle * 0x100 + low;
  if (length > maximumMessageLength) throw new MessageError(`handshake: ${length} bytes: too long`);
  return length;
}
