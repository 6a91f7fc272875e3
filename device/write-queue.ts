import type { TLSSocket } from "./hal.ts";

/** If more bytes than this wait, the peer does not read. */
const maximumBytes = 16_384;

/**
 * Bytes that wait for room in a socket, in order. Written chunks stay in the array until all are
 * written: with a slow peer, thousands of small packets can wait, and shifting the array for each
 * one would take millions of steps.
 */
export class WriteQueue {
  #waiting: Uint8Array[] = [];
  /** how many chunks are written */
  #taken = 0;
  #bytes = 0;
  /** bytes that the socket accepts now */
  #room = 0;

  /** bytes that wait */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether more bytes wait than a reading peer would leave. */
  get isOverfull(): boolean {
    return this.#bytes > maximumBytes;
  }

  add(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    this.#bytes += bytes.length;
  }

  /** @returns the next bytes, at most `room`; undefined if nothing waits */
  take(room: number): Uint8Array | undefined {
    const next = this.#waiting[this.#taken];
    if (next === undefined) return undefined;
    if (next.length > room) {
      this.#waiting[this.#taken] = next.subarray(room);
      this.#bytes -= room;
      return next.subarray(0, room);
    }
    this.#taken += 1;
    this.#bytes -= next.length;
    if (this.#bytes === 0) {
      this.#waiting = [];
      this.#taken = 0;
    }
    return next;
  }

  /**
   * Writes as much of the queue as there is room for.
   * @param room as the socket has just reported; default: what is left of it
   */
  writeTo(socket: TLSSocket, room: number = this.#room): void {
    this.#room = room;
    while (this.#bytes > 0 && this.#room > 0) {
      const part = this.take(this.#room);
      if (part !== undefined) this.#room = socket.write(part);
    }
  }

  /** Clears the queue. There is no room until the next socket reports some. */
  clear(): void {
    this.#waiting = [];
    this.#taken = 0;
    this.#bytes = 0;
    this.#room = 0;
  }
}
