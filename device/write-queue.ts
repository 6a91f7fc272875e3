/**
 * Bytes that wait for a socket with room, in order. What was taken stays in the array until all of it
 * was: a peer that does not read can make thousands of small packets wait, and to move all of them up
 * for each would take millions of steps.
 */
export class WriteQueue {
  #waiting: Uint8Array[] = [];
  /** how many of them are taken */
  #taken = 0;
  #bytes = 0;

  /** that wait */
  get bytes(): number {
    return this.#bytes;
  }

  add(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    this.#bytes += bytes.length;
  }

  /** @returns what comes next, `room` bytes of it at most; undefined where nothing waits */
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
    if (this.#taken === this.#waiting.length) this.clear();
    return next;
  }

  clear(): void {
    this.#waiting = [];
    this.#taken = 0;
    this.#bytes = 0;
  }
}
