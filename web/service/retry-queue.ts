import type { Logger } from "./log.ts";

const firstDelayMs = 250;
const longestDelayMs = 8_000;
const maximumTries = 12;
/** With more than this, the database has been away for longer than anybody waits for a gate. */
const maximumWaiting = 10_000;

/**
 * Runs database work in the background and retries it with growing pauses, for about a minute, so that
 * a short outage of the database loses nothing.
 */
export class RetryQueue {
  readonly #log: Logger;
  readonly #waiting = new Set<Promise<void>>();
  readonly #stop = new AbortController();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** `work` must be idempotent. */
  try(work: () => Promise<unknown>): void {
    if (this.#waiting.size >= maximumWaiting) {
      this.#log.error(
        { waiting: this.#waiting.size },
        "too many writes are waiting for the database: one was dropped",
      );
      return;
    }
    const trying = this.#tryOften(work).finally(() => this.#waiting.delete(trying));
    this.#waiting.add(trying);
  }

  /** Resolves when nothing waits any more. */
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
          "a write to the database failed",
        );
        if (isLast) return;
      }
      await pause(Math.min(longestDelayMs, firstDelayMs * 2 ** (tries - 1)), signal);
    }
  }
}

/** Uses global timers, which tests can fake. */
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
