import { Transform, type TransformCallback } from "node:stream";

const handshakeRecord = 22;
const certificateMessage = 11;
const headerLength = { record: 5, message: 4 };
/** More than any chain that a server sends, in bytes. */
const maximumBytes = 1 << 18;

/**
 * Reads the certificates that a server sends in a TLS 1.2 handshake, in the server's order (RFC 5246,
 * 6.2.1 and 7.4.2). Node only shows a chain that OpenSSL has already put in order.
 */
export class ServerChain extends Transform {
  /** DER, leaf first; empty until the message has arrived */
  certificates: readonly Uint8Array[] = [];
  #records: Buffer = Buffer.alloc(0);
  #messages: Buffer = Buffer.alloc(0);
  #isOver = false;

  /** Every byte passes unchanged. */
  override _transform(bytes: Buffer, _: BufferEncoding, done: TransformCallback): void {
    this.#take(bytes);
    done(null, bytes);
  }

  #take(bytes: Buffer): void {
    if (this.#isOver) return;
    this.#records = Buffer.concat([this.#records, bytes]);
    if (this.#records.length + this.#messages.length > maximumBytes) this.#isOver = true;
    while (!this.#isOver && this.#records.length >= headerLength.record) {
      const end = headerLength.record + this.#records.readUInt16BE(3);
      if (this.#records.length < end) return;
      // After this, the messages are encrypted.
      if (this.#records[0] !== handshakeRecord) this.#isOver = true;
      const content = this.#records.subarray(headerLength.record, end);
      this.#messages = Buffer.concat([this.#messages, content]);
      this.#records = this.#records.subarray(end);
      this.#readMessages();
    }
  }

  #readMessages(): void {
    while (!this.#isOver && this.#messages.length >= headerLength.message) {
      const end = headerLength.message + this.#messages.readUIntBE(1, 3);
      if (this.#messages.length < end) return;
      if (this.#messages[0] === certificateMessage) {
        this.certificates = readList(this.#messages.subarray(headerLength.message, end));
        this.#isOver = true;
      }
      this.#messages = this.#messages.subarray(end);
    }
  }
}

function readList(body: Buffer): readonly Uint8Array[] {
  const certificates: Uint8Array[] = [];
  for (let at = 3; at + 3 <= body.length; ) {
    const length = body.readUIntBE(at, 3);
    certificates.push(body.subarray(at + 3, at + 3 + length));
    at += 3 + length;
  }
  return certificates;
}
