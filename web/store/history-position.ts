/**
 * The position where a page of the history ended. Its text form is base64url of `at` and `id`, and
 * opaque to clients.
 */
export interface HistoryPosition {
  readonly at: number;
  readonly id: string;
}

export function formatPosition({ at, id }: HistoryPosition): string {
  return Buffer.from(`${at} ${id}`, "utf8").toString("base64url");
}

/** @returns undefined when {@link formatPosition} did not create the text */
export function parsePosition(text: string): HistoryPosition | undefined {
  const [, at, id] =
    /^(-?\d{1,16}) ([^\0]*)$/s.exec(Buffer.from(text, "base64url").toString("utf8")) ?? [];
  if (at === undefined || id === undefined || !Number.isSafeInteger(Number(at))) return undefined;
  const position = { at: Number(at), id };
  return formatPosition(position) === text ? position : undefined;
}

/** Whether an untrusted text is valid as `after` in a history query. */
export function isHistoryPosition(text: string): boolean {
  return parsePosition(text) !== undefined;
}
