/** What a screen needs from `process.stdout` if it is a terminal. */
export interface TerminalOutput {
  readonly columns: number;
  readonly rows: number;
  write(text: string): unknown;
  on(event: "resize", listener: () => void): unknown;
  off(event: "resize", listener: () => void): unknown;
}

/** Lines of at most `width` columns. */
export type Drawing = (width: number) => readonly string[];

/** Enough lines to fill any terminal. */
const rememberedLines = 200;

const hideCursor = "\x1b[?25l";
const showCursor = "\x1b[?25h";
const home = "\x1b[H";
const eraseBelow = "\x1b[J";
const up = (lines: number) => (lines > 0 ? `\x1b[${lines}A` : "");

/**
 * A log that scrolls, and below it a panel that is redrawn in place. Do not use it if the output is
 * not a terminal, or its cursor cannot be moved.
 */
export class Screen {
  readonly #out: TerminalOutput;
  #log: string[] = [];
  #drawing: Drawing | undefined;
  #panel: readonly string[] = [];
  #isClosed = false;

  constructor(out: TerminalOutput) {
    this.#out = out;
    out.on("resize", this.#onResize);
  }

  get width(): number {
    return this.#out.columns || 80;
  }

  get #rows(): number {
    return this.#out.rows || 24;
  }

  log(line: string): void {
    this.#log = [...this.#log, line].slice(-rememberedLines);
    this.#draw(`${up(this.#panel.length)}\r${eraseBelow}${line}\n`, this.#fitting());
  }

  /** Shows this panel from now on. It is called again when the terminal's size changes. */
  showPanel(drawing: Drawing): void {
    if (this.#isClosed) return;
    const hide = this.#drawing === undefined ? hideCursor : "";
    this.#drawing = drawing;
    const panel = this.#fitting();
    if (panel.join("\n") === this.#panel.join("\n")) return;
    this.#draw(`${hide}${up(this.#panel.length)}\r${eraseBelow}`, panel);
  }

  /** Removes the panel and releases the cursor; the log may continue. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#out.off("resize", this.#onResize);
    const hadPanel = this.#drawing !== undefined;
    const before = this.#panel.length;
    this.#drawing = undefined;
    if (hadPanel) this.#draw(`${up(before)}\r${eraseBelow}${showCursor}`, []);
  }

  // The position of the old lines is unknown: some terminals rewrap them, some cut them off.
  readonly #onResize = () => {
    const panel = this.#fitting();
    const rows = Math.max(0, this.#rows - panel.length - 1);
    const log = rows === 0 ? [] : this.#log.slice(-rows);
    this.#draw(`${home}${eraseBelow}${log.map((line) => `${line}\n`).join("")}`, panel);
  };

  /**
   * The panel, shortened to fit: with as many lines as the terminal, each redraw would scroll it.
   */
  #fitting(): readonly string[] {
    const lines = this.#drawing?.(this.width) ?? [];
    return lines.slice(0, this.#rows - 1);
  }

  #draw(before: string, panel: readonly string[]): void {
    this.#panel = panel;
    // One write, so that no partial picture appears.
    this.#out.write(before + panel.map((line) => `${line}\n`).join(""));
  }
}
