/** The verdict on a case, in AWS's words, and the reason, in ours. */
export interface Verdict {
  readonly result: "pass" | "pass with warnings" | "fail";
  /** what was seen, in one line */
  readonly why: string;
}

export const pass = (why: string): Verdict => ({ result: "pass", why });
export const warn = (why: string): Verdict => ({ result: "pass with warnings", why });
export const fail = (why: string): Verdict => ({ result: "fail", why });

/** Milliseconds in readable form: `30 ms`, `1.2 s`, `12 s`, `31 min`. */
export function inWords(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  return ms < 600_000 ? `${Math.round(ms / 1_000)} s` : `${Math.round(ms / 60_000)} min`;
}
