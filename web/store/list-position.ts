/**
 * The position where a page of a sorted list ended: the order, and the last entry. Its text form is base64url
 * of JSON, and opaque to clients.
 */
import type { GatesSort, PeopleSort } from "../api.ts";

export interface ListPosition {
  readonly key: string | number;
  readonly id: string;
}

/** The type of the value by which people, or gates, are sorted. */
export const peopleKeys = {
  created: "number",
  name: "string",
  seen: "number",
} as const satisfies Readonly<Record<PeopleSort, "string" | "number">>;
export const gateKeys = {
  name: "string",
  id: "string",
  box: "string",
} as const satisfies Readonly<Record<GatesSort, "string" | "number">>;

export function formatListPosition(sort: string, { key, id }: ListPosition): string {
  return Buffer.from(JSON.stringify([sort, key, id]), "utf8").toString("base64url");
}

/** @returns undefined when {@link formatListPosition} did not create the text for this order */
export function parseListPosition(
  text: string,
  sort: string,
  type: "string" | "number",
): ListPosition | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
  if (!Array.isArray(parsed)) return undefined;
  const [, key, id]: readonly unknown[] = parsed;
  if (typeof id !== "string" || (typeof key !== "string" && typeof key !== "number")) {
    return undefined;
  }
  const isKey = typeof key === type && (typeof key === "string" || Number.isSafeInteger(key));
  // Neither database accepts a NUL.
  if (!isKey || `${key}${id}`.includes("\0")) return undefined;
  return formatListPosition(sort, { key, id }) === text ? { key, id } : undefined;
}
