import { createHmac } from "node:crypto";

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

export const secretPrefix = "whsec_";

/** The secret of a webhook: 24 to 64 random bytes, as text. */
export function webhookSecretOf(bytes: Uint8Array): string {
  return `${secretPrefix}${Buffer.from(bytes).toString("base64")}`;
}

/**
 * The headers of a delivery (Standard Webhooks 1.0.0, "Webhook headers" and "Symmetric").
 * @param at ms since 1970: receivers refuse what was signed long ago
 */
export function webhookHeaders(
  secret: string,
  { id, body, at }: { readonly id: string; readonly body: string; readonly at: number },
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(at / secondMs));
  const key = Buffer.from(secret.slice(secretPrefix.length), "base64");
  const signature = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,${signature}`,
  };
}
