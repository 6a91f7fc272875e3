import type { TLSSocket } from "./hal.ts";

/** If more than this waits, the peer does not read. */
const maximumBytes = 16_384;

/**
 * Bytes that wait for room in a socket, in order. What was taken stays in the array until all of it was
 * taken: a peer that does not read can make thousands of small packets wait, and moving all of them up
 * for each one would take millions of steps.
 */
export class WriteQueue {
  #waiting: Uint8Array[] = [];
  /** how many of them are taken */
  #taken = 0;
  #bytes = 0;
  /** bytes that the socket takes now */
  #room = 0;

  /** that wait */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether more waits than a peer that reads would leave. */
  get isOverfull(): boolean {
    return this.#bytes > maximumBytes;
  }

  add(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    this.#bytes += bytes.length;
  }

  /** @returns what comes next, `room` bytes of it at most; undefined if nothing waits */
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
   * Writes as much of what waits as there is room for.
   * @param room as the socket has just told; default: what it had left
   */
  writeTo(socket: TLSSocket, room: number = this.#room): void {
    this.#room = room;
    while (this.#bytes > 0 && this.#room > 0) {
      const part = this.take(this.#room);
      if (part !== undefined) this.#room = socket.write(part);
    }
  }

  /** Forgets what waits; there is no room until the next socket says so. */
  clear(): void {
    this.#waiting = [];
    this.#taken = 0;
    this.#bytes = 0;
    this.#room = 0;
  }
}
