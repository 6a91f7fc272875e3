/** The type of a test, which an administrator sends. */
export const webhookTestType = "test";

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/** After each failure, how long until the next try (Standard Webhooks, "Deliverability and reliability"). */
const pausesMs = [
  5 * secondMs,
  5 * minuteMs,
  30 * minuteMs,
  2 * hourMs,
  5 * hourMs,
  10 * hourMs,
  14 * hourMs,
] as const;

/**
 * When to try again.
 * @param failures how often it has failed, 1 or more
 * @param random 0 ≤ random < 1: a receiver that comes back must not get everything at once
 * @returns ms from now on; undefined: never again
 */
export function retryPauseMs(failures: number, random: number): number | undefined {
  const pause = pausesMs[failures - 1];
  return pause === undefined ? undefined : Math.round(pause * (0.9 + 0.2 * random));
}
