import type { WriteStream } from "node:tty";

/**
 * A terminal with a log that scrolls and a panel that stays below it, drawn in place. Without
 * colours or a cursor to move there is no panel: see `isTerminal`.
 */
export class Screen {
  readonly #out: WriteStream;
  #panel: readonly string[] = [];

  constructor(out: WriteStream) {
    this.#out = out;
  }

  get width(): number {
    return this.#out.columns || 80;
  }

  log(line: string): void {
    this.#draw(`${line}\n`, this.#panel);
  }

  showPanel(lines: readonly string[]): void {
    if (lines.join("\n") !== this.#panel.join("\n")) this.#draw("", lines);
  }

  #draw(log: string, panel: readonly string[]): void {
    const up = this.#panel.length > 0 ? `\x1b[${this.#panel.length}A` : "";
    this.#panel = panel;
    // One write, so that no half-drawn picture is seen.
    this.#out.write(`${up}\r\x1b[J${log}${panel.map((line) => `${line}\n`).join("")}`);
  }
}
