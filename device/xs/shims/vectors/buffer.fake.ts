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
    if (encoding !== "hex") return super.toString();
    return Array.from(this, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
}
