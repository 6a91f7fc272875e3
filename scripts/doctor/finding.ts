import type { Cause } from "./causes.ts";

/** What is looked at, in this order. */
export const checkNames = [
  "settings",
  "certificate",
  "clock",
  "dns",
  "tcp",
  "tls",
  "server",
  "box",
  "connect",
  "subscribe",
  "publish",
  "policy",
  "second client",
  "sdk",
  "esp-idf",
  "serial port",
] as const;
export type CheckName = (typeof checkNames)[number];

/**
 * `ok`; `failed`: this keeps the box from working; `warning`: it works, and will not for ever, or only
 * perhaps; `unknown`: it could not be found out; `skipped`: something before it has to be mended first.
 */
export type Verdict = "ok" | "failed" | "warning" | "unknown" | "skipped";

/** One line of the doctor's. */
export interface Finding {
  readonly check: CheckName;
  readonly verdict: Verdict;
  /** what was seen; from the network only what has been made printable */
  readonly found: string;
  /** always there when it `failed`, never when it is `ok` or `skipped` */
  readonly cause?: Cause;
  /** what to do about it, when `found` does not say it already */
  readonly advice?: string;
}

/** The same before it is known which line it goes into. */
export type Judgement = Omit<Finding, "check" | "advice">;

export const ok = (found: string): Judgement => ({ verdict: "ok", found });
export const failed = (cause: Cause, found: string): Judgement => ({
  verdict: "failed",
  cause,
  found,
});
export const warning = (cause: Cause, found: string): Judgement => ({
  verdict: "warning",
  cause,
  found,
});
export const unknown = (found: string): Judgement => ({ verdict: "unknown", found });
export const skipped = (found: string): Judgement => ({ verdict: "skipped", found });
