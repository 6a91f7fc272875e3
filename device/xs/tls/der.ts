/** Tags that X.509 uses (X.680, 8.4; RFC 5280, appendix A). */
export const tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectIdentifier: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
} as const;

/** Bytes that are not DER, or not a certificate. */
export class MalformedError extends Error {
  override name = "MalformedError";
}

/**
 * Reads DER (X.690) from front to back: one-byte tags, definite and minimal lengths. The results
 * are views, not copies.
 * @throws MalformedError in every method
 */
export class DerReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** Whether the next value has this tag; false at the end. */
  isNext(tag: number): boolean {
    return this.#bytes[this.#at] === tag;
  }

  /** The content of the next value, which must have this tag. */
  read(tag: number): Uint8Array {
    if (!this.isNext(tag)) throw new MalformedError(`expected tag ${tag}`);
    return this.readAny().content;
  }

  /** The next value: its tag, its content, and the whole encoding. */
  readAny(): { readonly tag: number; readonly content: Uint8Array; readonly whole: Uint8Array } {
    const start = this.#at;
    const tag = this.#byte();
    // A multi-byte tag: X.509 has none.
    if ((tag & 0x1f) === 0x1f) throw new MalformedError("multi-byte tag");
    const length = this.#length();
    if (length > this.#bytes.length - this.#at) throw new MalformedError("truncated");
    const content = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return { tag, content, whole: this.#bytes.subarray(start, this.#at) };
  }

  readSequence(): DerReader {
    return new DerReader(this.read(tag.sequence));
  }

  /** The next value with tag and length, which must be a SEQUENCE. */
  readWholeSequence(): Uint8Array {
    const { tag: found, whole } = this.readAny();
    if (found !== tag.sequence) throw new MalformedError("not a SEQUENCE");
    return whole;
  }

  /**
   * A BOOLEAN with DEFAULT FALSE: absent means false. An explicit false is accepted, which DER
   * forbids.
   */
  readFlag(): boolean {
    if (!this.isNext(tag.boolean)) return false;
    const content = this.read(tag.boolean);
    if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff)) {
      throw new MalformedError("not a BOOLEAN");
    }
    return content[0] === 0xff;
  }

  /** An INTEGER's bytes, big-endian, without the leading zero that marks it as non-negative. */
  readUnsigned(): Uint8Array {
    const content = this.read(tag.integer);
    const [first, second] = content;
    if (first === undefined || first >= 0x80) throw new MalformedError("not an unsigned INTEGER");
    if (first !== 0 || second === undefined) return content;
    if (second < 0x80) throw new MalformedError("INTEGER not minimal");
    return content.subarray(1);
  }

  /** An INTEGER from 0 to 255. */
  readSmall(): number {
    const [value = 0, ...rest] = this.readUnsigned();
    if (rest.length > 0) throw new MalformedError("INTEGER too large");
    return value;
  }

  /** A BIT STRING of whole bytes. */
  readBytesOfBits(): Uint8Array {
    const content = this.read(tag.bitString);
    if (content[0] !== 0) throw new MalformedError("not whole bytes");
    return content.subarray(1);
  }

  /** An OBJECT IDENTIFIER's bytes as hex, for comparison. */
  readObjectIdentifier(): string {
    const content = this.read(tag.objectIdentifier);
    if (content.length === 0 || content.length > 64) throw new MalformedError("not an OID");
    return toHex(content);
  }

  /** @throws MalformedError if there is more */
  end(): void {
    if (!this.isAtEnd) throw new MalformedError("trailing bytes");
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new MalformedError("truncated");
    this.#at += 1;
    return byte;
  }

  #length(): number {
    const first = this.#byte();
    if (first < 0x80) return first;
    const count = first & 0x7f;
    // None: indefinite length. Three: longer than any handshake message that is read.
    if (count === 0 || count > 2) throw new MalformedError("unsupported length");
    let length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + this.#byte();
    if (length < (count === 1 ? 0x80 : 0x100)) {
      throw new MalformedError("length not minimal");
    }
    return length;
  }
}

export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += (byte + 0x100).toString(16).slice(1);
  return text;
}

export function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
