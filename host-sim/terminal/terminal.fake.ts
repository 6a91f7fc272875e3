import type { TerminalOutput } from "./screen.ts";

/**
 * The part of a terminal that `Screen` uses: it wraps, scrolls, moves up, erases. It throws at
 * unknown sequences, so that nothing untested is written.
 */
export class FakeTerminal implements TerminalOutput {
  columns: number;
  rows: number;
  isCursorShown = true;
  writes = 0;
  #scrolledAway: string[] = [];
  #screen: string[] = [""];
  #row = 0;
  #column = 0;
  readonly #resizeListeners = new Set<() => void>();

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
  }

  /** the visible lines, without empty ones at the bottom */
  get lines(): string[] {
    return this.#screen.join("\n").trimEnd().split("\n");
  }

  /** what was scrolled out at the top */
  get history(): readonly string[] {
    return this.#scrolledAway;
  }

  get cursor(): { readonly row: number; readonly column: number } {
    return { row: this.#row, column: this.#column };
  }

  get resizeListenerCount(): number {
    return this.#resizeListeners.size;
  }

  on(event: "resize" | "error", listener: () => void): void {
    if (event === "resize") this.#resizeListeners.add(listener);
  }

  off(_event: "resize", listener: () => void): void {
    this.#resizeListeners.delete(listener);
  }

  /** Lines that have become too long are rewrapped, as in most terminals. */
  resize(columns: number, rows: number): void {
    const text = this.#screen;
    this.columns = columns;
    this.rows = rows;
    this.#screen = [""];
    this.#row = 0;
    this.#column = 0;
    this.#put(text.join("\n"));
    for (const listener of [...this.#resizeListeners]) listener();
  }

  write(text: string): void {
    this.writes += 1;
    const [plain = "", ...sequences] = text.split("\x1b[");
    this.#put(plain);
    for (const sequence of sequences) {
      const [whole = "", parameter = "", name = ""] = /^(\??\d*)([A-Za-z])/.exec(sequence) ?? [];
      this.#obey(`${parameter}${name}`);
      this.#put(sequence.slice(whole.length));
    }
  }

  #put(text: string): void {
    for (const character of text) {
      if (character === "\r") this.#column = 0;
      else if (character === "\n") this.#newLine();
      else if (character < " ") throw new Error(`unknown control ${JSON.stringify(character)}`);
      else {
        if (this.#column === this.columns) this.#newLine();
        const line = (this.#screen[this.#row] ?? "").padEnd(this.#column);
        this.#screen[this.#row] =
          line.slice(0, this.#column) + character + line.slice(this.#column + 1);
        this.#column += 1;
      }
    }
  }

  #newLine(): void {
    this.#column = 0;
    this.#row += 1;
    if (this.#row === this.rows) {
      this.#scrolledAway.push(this.#screen.shift() ?? "");
      this.#row -= 1;
    }
    this.#screen[this.#row] ??= "";
  }

  #obey(sequence: string): void {
    const up = /^(\d+)A$/.exec(sequence);
    if (up !== null) this.#row = Math.max(0, this.#row - Number(up[1]));
    else if (sequence === "J") {
      const line = this.#screen[this.#row] ?? "";
      this.#screen = [...this.#screen.slice(0, this.#row), line.slice(0, this.#column)];
    } else if (sequence === "H") this.#row = this.#column = 0;
    else if (sequence === "?25l") this.isCursorShown = false;
    else if (sequence === "?25h") this.isCursorShown = true;
    else if (!sequence.endsWith("m")) throw new Error(`unknown sequence ${sequence}`);
  }
}
