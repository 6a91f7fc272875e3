import { latestTime } from "./json.ts";

/** An event that is sent at least this long after it happened says so. */
export const lateMs = 5_000;

/**
 * Reads how late an event was sent. It is untrusted.
 * @returns nothing when it was sent at once, or says something impossible
 */
export function readDelay(value: unknown): { readonly delayedMs?: number | null } {
  if (value === null) return { delayedMs: null };
  const isDelay = typeof value === "number" && value >= 0 && value <= latestTime;
  return isDelay ? { delayedMs: Math.round(value) } : {};
}
