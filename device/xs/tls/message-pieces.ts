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
      this.#message ??= new Uint8Array(headerLength);
      const end = Math.min(piece.length, at + this.#message.length - this.#length);
      this.#message.set(piece.subarray(at, end), this.#length);
      this.#length += end - at;
      at = end;
      const message = this.#grown();
      if (message !== undefined) whole.push(message);
    }
    return whole;
  }

  /** @returns the message, if it is whole */
  #grown(): Uint8Array | undefined {
    let message = this.#message;
    if (message === undefined || this.#length < headerLength) return undefined;
    const [, high = 0, middle = 0, low = 0] = message;
    const length = headerLength + high * 0x10000 + middle * 0x100 + low;
    // Before any memory is given to it.
    if (length > maximumMessageLength)
      throw new MessageError(`handshake: ${length} bytes: too long`);
    if (message.length < length) {
      const header = message;
      message = new Uint8Array(length);
      message.set(header);
      this.#message = message;
    }
    if (this.#length < length) return undefined;
    this.#message = undefined;
    this.#length = 0;
    return message;
  }
}
