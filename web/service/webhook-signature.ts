import { createHmac } from "node:crypto";

const secondMs = 1_000;
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
