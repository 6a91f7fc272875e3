import { styleText } from "node:util";

/** Text of one line, and its format for `util.styleText`. */
export interface Span {
  readonly text: string;
  readonly format?: "bold" | "gray" | "green" | "yellow" | "red";
}

/** How many columns they take; every character must take one. */
export function widthOf(spans: readonly Span[]): number {
  return spans.reduce((sum, { text }) => sum + text.length, 0);
}

/**
 * One line of at most `width` columns; `…` marks a cut. `styleText` adds colours if the terminal
 * supports them and `NO_COLOR` is not set.
 */
export function drawLine(spans: readonly Span[], width: number): string {
  let room = widthOf(spans) <= width ? width : width - 1;
  const isCut = room < width;
  let line = "";
  for (const { text, format } of spans) {
    const shown = text.slice(0, Math.max(0, room));
    room -= shown.length;
    line += format === undefined || shown === "" ? shown : styleText(format, shown);
  }
  return isCut && width > 0 ? `${line}…` : line;
}
