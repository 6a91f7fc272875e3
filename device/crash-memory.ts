import type { PanicStore, ResetReason, RetainedMemory } from "./hal.ts";
import { type EncodeText, LineRing } from "./line-ring.ts";
import type { Abort, CrashCause, CrashReport } from "./messages/crash.ts";
import { resetReasons } from "./messages/status.ts";
import { checksumOf, RetainedText } from "./retained-text.ts";

/** The layout, in bytes. Another layout needs another {@link layoutMark}. */
const layoutMark = 0xb1;
const headBytes = 8;
const firmwareBytes = 40;
const whyBytes = 48;
const errorBytes = 1_600;
const linesAt = headBytes + firmwareBytes + whyBytes + errorBytes;
/** of which 4 KB are lines */
export const crashMemoryBytes = linesAt + 4_100;

const mostCrashes = 0xffff;

/** The stage of the running program; it decides what the next reset means. */
const running = 0;
/** the firmware restarts the chip itself */
const restarting = 1;
/** the engine has ended the program */
const aborting = 2;

/**
 * What is known of a crash, until it has been told. It is in memory that a reset leaves alone: the
 * last lines, and how the engine ended. What a panic was is in the chip's own store.
 *
 * The first crash is kept until it has been told, and later ones are counted: in a box that crashes
 * again and again, the first one has the cause. Until then, no more lines are kept.
 */
export class CrashMemory {
  readonly #memory: RetainedMemory;
  readonly #panics: PanicStore | undefined;
  readonly #head = new Uint8Array(headBytes);
  readonly #firmware: RetainedText;
  readonly #why: RetainedText;
  readonly #error: RetainedText;
  readonly #lines: LineRing;
  #running = "";
  #resetReason: ResetReason = "unknown";
  /** 0: there is nothing to tell */
  #crashes = 0;

  /** @param memory at least {@link crashMemoryBytes} */
  constructor(memory: RetainedMemory, panics?: PanicStore, encode?: EncodeText) {
    this.#memory = memory;
    this.#panics = panics;
    this.#firmware = new RetainedText(memory, headBytes, firmwareBytes);
    this.#why = new RetainedText(memory, headBytes + firmwareBytes, whyBytes);
    this.#error = new RetainedText(memory, headBytes + firmwareBytes + whyBytes, errorBytes);
    this.#lines = new LineRing(memory, linesAt, crashMemoryBytes - linesAt, encode);
  }

  /** Call it once, first: decides whether the last run ended in a crash. */
  begin(resetReason: ResetReason, firmware: string): void {
    this.#running = firmware;
    const stage = this.#readHead();
    const isNew =
      resetReason === "panic" ||
      resetReason === "watchdog" ||
      resetReason === "brownout" ||
      stage === aborting ||
      // Nobody restarts a chip by software without saying so first, except the engine.
      (resetReason === "software" && stage === running) ||
      (this.#crashes === 0 && this.#panics?.isFull === true);
    if (stage === undefined) this.#clear();
    if (isNew && this.#crashes === 0) this.#resetReason = resetReason;
    if (isNew) this.#crashes = Math.min(this.#crashes + 1, mostCrashes);
    if (this.#crashes === 0) this.#firmware.write(firmware);
    this.#enter(running);
  }

  /** There is a crash that has not been told. */
  get isPending(): boolean {
    return this.#crashes > 0;
  }

  /** Of the first crash that has not been told. */
  cause(): CrashCause {
    return {
      firmware: this.#firmware.read() ?? null,
      resetReason: this.#resetReason,
      crashes: this.#crashes,
      abort: this.#abort(),
      panic: this.#panics?.read() ?? null,
    };
  }

  report(): CrashReport {
    return { ...this.cause(), lines: this.#lines.read() };
  }

  /** It has been told: from now on, the memory is about this run. */
  told(): void {
    if (this.#crashes === 0) return;
    this.#panics?.erase();
    this.#clear();
    this.#firmware.write(this.#running);
    this.#enter(running);
  }

  /** A line that was printed. It contains no secrets. */
  note(line: string): void {
    if (this.#crashes === 0) this.#lines.add(line);
  }

  /** The firmware is about to restart the chip: that is no crash. */
  restarting(): void {
    this.#enter(restarting);
  }

  /**
   * The engine ends the program; call it once. There may be no memory left for the error, so what
   * matters is written first, and needs none.
   */
  abort(why: string, error: unknown): void {
    if (this.#crashes === 0) this.#why.write(why);
    this.#enter(aborting);
    if (this.#crashes === 0) this.#error.write(textOf(why, error));
  }

  #abort(): Abort | null {
    const why = this.#why.read();
    if (why === undefined) return null;
    const [error = null, ...stack] = this.#error.read()?.split("\n") ?? [];
    return { why, error, stack: stack.map((frame) => frame.trim()) };
  }

  #clear(): void {
    this.#crashes = 0;
    this.#resetReason = "unknown";
    this.#firmware.clear();
    this.#why.clear();
    this.#error.clear();
    this.#lines.clear();
  }

  /** @returns the stage, or undefined if the memory holds nothing of ours */
  #readHead(): number | undefined {
    const head = this.#memory.read(0, headBytes);
    const [mark, stage, reason = 0, count0 = 0, count1 = 0] = head;
    const checksum = checksumOf(head, 0, headBytes - 2);
    const isSound = head[6] === (checksum & 0xff) && head[7] === checksum >> 8;
    if (!isSound || mark !== layoutMark) return undefined;
    this.#resetReason = resetReasons[reason] ?? "unknown";
    this.#crashes = count0 | (count1 << 8);
    return stage;
  }

  /** Needs no memory. */
  #enter(stage: number): void {
    const head = this.#head;
    head[0] = layoutMark;
    head[1] = stage;
    head[2] = resetReasons.indexOf(this.#resetReason) & 0xff;
    head[3] = this.#crashes & 0xff;
    head[4] = this.#crashes >> 8;
    const checksum = checksumOf(head, 0, headBytes - 2);
    head[6] = checksum & 0xff;
    head[7] = checksum >> 8;
    this.#memory.write(0, head);
  }
}

/**
 * An error with its stack, if the engine gives one: it begins with the error itself. Without an error, it is
 * the stack of whoever called the engine's hook.
 */
function textOf(why: string, error: unknown): string {
  const thrown = error === undefined ? new Error(why) : error;
  const stack = thrown instanceof Error ? thrown.stack : undefined;
  return typeof stack === "string" ? stack : String(thrown);
}
