import type { Logger } from "./log.ts";

const firstDelayMs = 250;
const longestDelayMs = 8_000;
const maximumTries = 12;
/** Beyond that, the database has been away for longer than anybody waits for a gate. */
const maximumWaiting = 10_000;

/**
 * Work on the database that nobody waits for and that must not be lost because the database was busy
 * for a moment: tried again with growing pauses, a minute or so in all.
 */
export class Persistent {
  readonly #log: Logger;
  readonly #waiting = new Set<Promise<void>>();
  readonly #stop = new AbortController();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** `work` must do no harm where it is done twice. */
  try(work: () => Promise<unknown>): void {
    if (this.#waiting.size >= maximumWaiting) {
      this.#log.error(
        { waiting: this.#waiting.size },
        "the database is behind: a step was dropped",
      );
      return;
    }
    const trying = this.#tryOften(work).finally(() => this.#waiting.delete(trying));
    this.#waiting.add(trying);
  }

  /** When nothing waits any more. */
  async settled(): Promise<void> {
    while (this.#waiting.size > 0) await Promise.all(this.#waiting);
  }

  stop(): void {
    this.#stop.abort();
  }

  async #tryOften(work: () => Promise<unknown>): Promise<void> {
    const { signal } = this.#stop;
    for (let tries = 1; ; tries++) {
      try {
        await work();
        return;
      } catch (error) {
        const isLast = tries >= maximumTries || signal.aborted;
        this.#log[isLast ? "error" : "warn"](
          { err: error, tries },
          "a step could not be written down",
        );
        if (isLast) return;
      }
      await pause(Math.min(longestDelayMs, firstDelayMs * 2 ** (tries - 1)), signal);
    }
  }
}

/** By the timers that tests can turn. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    signal.addEventListener("abort", finish);
  });
}
