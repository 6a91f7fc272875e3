const longestLine = 4_096;

/** Divides what a port receives into lines. What is not a line of text does no harm. */
export class LineSplitter {
  readonly #decoder = new TextDecoder();
  #rest = "";

  /** @returns the lines that are complete now, without their line breaks */
  take(bytes: Uint8Array): readonly string[] {
    const text = this.#rest + this.#decoder.decode(bytes, { stream: true });
    const lines = text.split(/\r*\n/);
    this.#rest = (lines.pop() ?? "").slice(-longestLine);
    return lines;
  }
}
