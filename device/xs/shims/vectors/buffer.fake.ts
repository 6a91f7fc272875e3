import { Buffer as Shim } from "../buffer.ts";

/**
 * What tests need of Buffer beyond mqtt-packet, on top of the class that ships. It replaces both
 * the package `buffer` and Node's global in a test bundle.
 */
export class Buffer extends Shim {
  static override allocUnsafe(length: number): Buffer {
    return new Buffer(length);
  }

  static override alloc(length: number): Buffer {
    return new Buffer(length);
  }

  static override from(source: unknown, encoding?: unknown): Buffer {
    if (typeof source === "string" && encoding === "hex") {
      const pairs = source.match(/../g) ?? [];
      return Buffer.from(pairs.map((pair) => Number.parseInt(pair, 16)));
    }
    if (typeof source === "string") {
      const text = new Buffer(Shim.byteLength(source));
      text.write(source, 0);
      return text;
    }
    return new Buffer(source as ArrayLike<number>);
  }

  static concat(list: readonly Uint8Array[]): Buffer {
    const joined = new Buffer(list.reduce((length, part) => length + part.length, 0));
    let at = 0;
    for (const part of list) {
      joined.set(part, at);
      at += part.length;
    }
    return joined;
  }

  equals(other: Uint8Array): boolean {
    return this.length === other.length && this.every((byte, i) => byte === other[i]);
  }

  override toString(encoding?: string): string {
    switch (encoding) {
      case "hex":
        return Array.from(this, (byte) => byte.toString(16).padStart(2, "0")).join("");
      case "latin1":
        return latin1Of(this);
      case "base64":
        return base64Of(this);
      default:
        return super.toString();
    }
  }
}

/** Arguments are on XS's stack, which is small. */
const mostArguments = 256;

function latin1Of(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += mostArguments) {
    pieces.push(String.fromCharCode(...bytes.subarray(at, at + mostArguments)));
  }
  return pieces.join("");
}

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** RFC 4648, section 4 */
function base64Of(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(at, at + 3);
    const bits = (a << 16) | (b << 8) | c;
    const four = [bits >> 18, (bits >> 12) & 63, (bits >> 6) & 63, bits & 63];
    const used = Math.min(3, bytes.length - at) + 1;
    text += four.map((digit, i) => (i < used ? digits[digit] : "=")).join("");
  }
  return text;
}
