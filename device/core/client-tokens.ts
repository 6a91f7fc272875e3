/** Tokens that tell the answers to one request from those to another, also across restarts. */
export class ClientTokens {
  readonly #start: string;
  #count = 0;

  /** @param random uniform in [0, 1) */
  constructor(random: () => number) {
    this.#start = Math.floor(random() * 0x1_0000_0000).toString(16);
  }

  next(): string {
    this.#count += 1;
    return `${this.#start}-${this.#count}`;
  }
}
