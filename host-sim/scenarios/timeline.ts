import type { TimerHandle } from "../../device/hal.ts";

interface Appointment {
  readonly at: number;
  readonly order: number;
  /** undefined once cancelled */
  callback: (() => void) | undefined;
}

/**
 * Virtual time: stands still until it is advanced, then calls what is due, in order. In whole ms.
 */
export class Timeline {
  #now = 0;
  #count = 0;
  /** a binary heap, earliest first */
  readonly #heap: Appointment[] = [];

  get now(): number {
    return this.#now;
  }

  after(delayMs: number, callback: () => void): TimerHandle {
    this.#count += 1;
    const appointment: Appointment = {
      // Never early: a timer that fires a fraction of a millisecond too soon would be set again
      // forever.
      at: this.#now + Math.max(0, Math.ceil(delayMs)),
      order: this.#count,
      callback,
    };
    this.#heap.push(appointment);
    this.#rise(this.#heap.length - 1);
    return appointment;
  }

  /** @returns whether there was something to cancel */
  cancel(handle: TimerHandle | undefined): boolean {
    const appointment = handle as Partial<Appointment> | undefined;
    if (appointment?.callback === undefined) return false;
    appointment.callback = undefined;
    return true;
  }

  /** Advances time by `ms`. Timers on the way fire at their own time. */
  run(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#heap[0];
      if (next === undefined || next.at > end) break;
      this.#removeFirst();
      const { callback } = next;
      if (callback === undefined) continue;
      next.callback = undefined;
      this.#now = next.at;
      callback();
    }
    this.#now = end;
  }

  /**
   * Advances time until the condition holds, and checks it every `stepMs`; false if it does not
   * hold within `limitMs`.
   */
  runUntil(holds: () => boolean, limitMs: number, stepMs = 10): boolean {
    const end = this.#now + limitMs;
    while (!holds()) {
      if (this.#now >= end) return false;
      this.run(Math.min(stepMs, end - this.#now));
    }
    return true;
  }

  #rise(start: number): void {
    let index = start;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#isBefore(index, parent)) return;
      this.#swap(index, parent);
      index = parent;
    }
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      if (left >= this.#heap.length) return;
      const right = left + 1;
      const child = right < this.#heap.length && this.#isBefore(right, left) ? right : left;
      if (!this.#isBefore(child, index)) return;
      this.#swap(index, child);
      index = child;
    }
  }

  #isBefore(first: number, second: number): boolean {
    const a = this.#heap[first] as Appointment;
    const b = this.#heap[second] as Appointment;
    return a.at === b.at ? a.order < b.order : a.at < b.at;
  }

  #swap(first: number, second: number): void {
    const a = this.#heap[first] as Appointment;
    this.#heap[first] = this.#heap[second] as Appointment;
    this.#heap[second] = a;
  }
}

/** Uniform in [0, 1), the same for the same seed (mulberry32, public domain). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
