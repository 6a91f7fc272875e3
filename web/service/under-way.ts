/** Work that has begun and must not be cut off. */
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

  /** When there is none; ask once. */
  none(): Promise<void> {
    return new Promise((resolve) => {
      this.#onNone = resolve;
      if (this.#count === 0) resolve();
    });
  }
}
