import { styleText } from "node:util";

/** Text of one line, and how it looks: a format of `util.styleText`. */
export interface Span {
  readonly text: string;
  readonly format?: "bold" | "gray" | "green" | "yellow" | "red";
}

/** How many columns they take; every character of theirs must take one. */
export function widthOf(spans: readonly Span[]): number {
  return spans.reduce((sum, { text }) => sum + text.length, 0);
}

/**
 * One line of `width` columns at most, what was cut off marked by `…`. Colours come where the
 * terminal has some and `NO_COLOR` is not set: `styleText` asks.
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
