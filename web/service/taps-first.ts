import { setImmediate as othersTurn } from "node:timers/promises";

/**
 * Long work, such as an export, is done in parts. It asks here before each part, so that somebody at a gate
 * waits for one part at most, also with SQLite, which works in this process.
 */
export class TapsFirst {
  #taps = 0;
  #waiting: (() => void)[] = [];

  async tap<T>(work: () => Promise<T>): Promise<T> {
    this.#taps += 1;
    try {
      return await work();
    } finally {
      this.#taps -= 1;
      // After one tap, even if others are in progress: otherwise long work might never end.
      for (const go of this.#waiting.splice(0)) go();
    }
  }

  /** Resolves when the next part of long work may be done. */
  async turn(): Promise<void> {
    await othersTurn();
    if (this.#taps > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
