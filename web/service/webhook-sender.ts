import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { useAgent } from "request-filtering-agent";
import type { WebhookProblem } from "../api.ts";

/** How a try ended. */
export interface SendOutcome {
  /** what the receiver answered; null: it did not */
  readonly status: number | null;
  /** why it counts as not delivered; null: delivered */
  readonly problem: WebhookProblem | null;
  /** for the log: what the system said; null: nothing */
  readonly detail: string | null;
}

export interface OutgoingMessage {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type SendMessage = (message: OutgoingMessage) => Promise<SendOutcome>;

const timeoutMs = 10_000;

/**
 * Sends messages with POST. The address of a receiver is an administrator's, so it must not lead into the
 * operator's own network: private and loopback addresses are refused, also when a name resolves to one, and
 * redirects are not followed.
 * @param privateHosts hosts that are allowed nevertheless, also without TLS: `BOOM_BOX_WEB_WEBHOOK_PRIVATE_HOSTS`
 */
export function messageSender(privateHosts: readonly string[]): SendMessage {
  return ({ url, headers, body }) => {
    const target = new URL(url);
    const isPrivate = privateHosts.includes(target.hostname.toLowerCase());
    if (target.protocol !== "https:" && !isPrivate) {
      return Promise.resolve({ status: null, problem: "no-tls", detail: null });
    }
    return new Promise((resolve) => {
      const isSecure = target.protocol === "https:";
      const sending = (isSecure ? requestHttps : requestHttp)(target, {
        method: "POST",
        headers: {
          "Content-Type": "application/json",
          "Content-Length": Buffer.byteLength(body),
          "User-Agent": "boom-box",
          ...headers,
        },
        signal: AbortSignal.timeout(timeoutMs),
        agent: useAgent(url, { allowPrivateIPAddress: isPrivate, allowMetaIPAddress: false }),
      });
      sending.on("response", (response) => {
        const { statusCode = 0 } = response;
        response.destroy();
        const isDelivered = statusCode >= 200 && statusCode < 300;
        resolve({
          status: statusCode,
          problem: isDelivered ? null : "refused",
          detail: null,
        });
      });
      sending.on("error", (error) => {
        resolve({ status: null, problem: problemOf(error), detail: error.message.slice(0, 200) });
      });
      sending.end(body);
    });
  };
}

function problemOf({ name, message }: Error): WebhookProblem {
  if (name === "AbortError" || name === "TimeoutError") return "timeout";
  return /is not allowed/.test(message) ? "private-address" : "unreachable";
}
