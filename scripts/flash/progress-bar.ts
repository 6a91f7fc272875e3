const width = 24;

/** What is used of `process.stdout`. */
interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Shows each step as a line, and on a terminal a bar below it. */
export class ProgressBar {
  readonly #output: Output;
  #percent = -1;

  constructor(output: Output) {
    this.#output = output;
  }

  step(words: string): void {
    this.clear();
    this.#output.write(`${words}\n`);
  }

  /** @param share from 0 to 1 */
  show(share: number): void {
    const percent = Math.floor(share * 100);
    if (this.#output.isTTY !== true || percent === this.#percent) return;
    this.#percent = percent;
    const filled = Math.round(share * width);
    const bar = `${"█".repeat(filled)}${"░".repeat(width - filled)}`;
    this.#output.write(`\r\x1b[K  ${bar} ${percent} %`);
  }

  /** Removes the bar. */
  clear(): void {
    if (this.#percent >= 0) this.#output.write("\r\x1b[K");
    this.#percent = -1;
  }
}
