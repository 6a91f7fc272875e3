/** Where a page of the history ended: opaque to everybody else, base64url of `at` and `id`. */
export interface HistoryPosition {
  readonly at: number;
  readonly id: string;
}

export function formatPosition({ at, id }: HistoryPosition): string {
  return Buffer.from(`${at} ${id}`, "utf8").toString("base64url");
}

/** @returns undefined for what {@link formatPosition} has not made */
export function parsePosition(text: string): HistoryPosition | undefined {
  const [, at, id] =
    /^(-?\d{1,16}) ([^\0]*)$/s.exec(Buffer.from(text, "base64url").toString("utf8")) ?? [];
  if (at === undefined || id === undefined || !Number.isSafeInteger(Number(at))) return undefined;
  const position = { at: Number(at), id };
  return formatPosition(position) === text ? position : undefined;
}

/** Whether a text from outside may be `after` in a query of the history. */
export function isHistoryPosition(text: string): boolean {
  return parsePosition(text) !== undefined;
}
