/** Counts the work in progress that must not be interrupted. */
export class UnderWay {
  #count = 0;
  #onNone: () => void = () => {};

  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#count += 1;
    try {
      return await work();
    } finally {
      this.#count -= 1;
      if (this.#count === 0) this.#onNone();
    }
  }

  /** Resolves when no work is in progress. Call it once. */
  none(): Promise<void> {
    return new Promise((resolve) => {
      this.#onNone = resolve;
      if (this.#count === 0) resolve();
    });
  }
}
