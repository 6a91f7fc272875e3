import type { Cause } from "./causes.ts";

/** The checks, in order. */
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
 * `ok`: no problem. `failed`: the box cannot work. `warning`: it works now, but may fail later.
 * `unknown`: the check had no result. `skipped`: an earlier check must pass first.
 */
export type Verdict = "ok" | "failed" | "warning" | "unknown" | "skipped";

/** One line of the doctor's output. */
export interface Finding {
  readonly check: CheckName;
  readonly verdict: Verdict;
  /** what was found; text from the network is made printable */
  readonly found: string;
  /** always set for `failed`, never for `ok` or `skipped` */
  readonly cause?: Cause;
  /** what to do, unless `found` says it already */
  readonly advice?: string;
}

/** A finding that has no check name yet. */
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
