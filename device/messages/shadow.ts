import { membersOf, parseJson } from "./json.ts";

/**
 * What a box and AWS IoT Device Shadow say to each other (developer guide, "Device Shadow service
 * documents"). JSON; answers are untrusted, and have more fields than are read.
 */

/** Members by name; the values are untrusted. */
export type ShadowState = Readonly<Record<string, unknown>>;

export function writeShadowGet(clientToken: string): string {
  return JSON.stringify({ clientToken });
}

export interface ShadowUpdate {
  /** what has changed; `null` deletes a member */
  readonly reported?: ShadowState;
  /** null: what was desired is settled */
  readonly desired?: null;
  /** the update counts only if the shadow has this version; default: any */
  readonly version?: number;
}

export function writeShadowUpdate(
  { reported, desired, version }: ShadowUpdate,
  clientToken: string,
): string {
  return JSON.stringify({ state: { desired, reported }, version, clientToken });
}

/** A shadow, or the difference in it. */
export interface ShadowDocument {
  readonly clientToken: string | undefined;
  readonly version: number;
  /** without members if the section is missing */
  readonly desired: ShadowState;
  readonly reported: ShadowState;
}

/** @returns undefined if it is no answer to a `get` */
export function readShadow(text: string): ShadowDocument | undefined {
  const { state, version, clientToken } = membersOf(parseJson(text));
  if (!isCount(version)) return undefined;
  const { desired, reported } = membersOf(state);
  return {
    clientToken: typeof clientToken === "string" ? clientToken : undefined,
    version,
    desired: membersOf(desired),
    reported: membersOf(reported),
  };
}

/** @returns the difference as what is desired; undefined if it is no delta */
export function readShadowDelta(text: string): ShadowDocument | undefined {
  const { state, version } = membersOf(parseJson(text));
  if (!isCount(version)) return undefined;
  return { clientToken: undefined, version, desired: membersOf(state), reported: {} };
}

/** @returns the token of the request that was accepted; undefined if there is none */
export function readShadowAccepted(text: string): string | undefined {
  const { clientToken } = membersOf(parseJson(text));
  return typeof clientToken === "string" ? clientToken : undefined;
}

/**
 * Why a request was refused. `none`: there is no shadow yet. `conflict`: it has another version.
 * `later`: the service has no time now. `never`: the same request would be refused again.
 */
export type ShadowRefusal = "none" | "conflict" | "later" | "never";

/** @returns undefined if it is no answer */
export function readShadowRejected(
  text: string,
): { readonly clientToken: string | undefined; readonly refusal: ShadowRefusal } | undefined {
  const { clientToken, code } = membersOf(parseJson(text));
  if (typeof code !== "number") return undefined;
  return {
    clientToken: typeof clientToken === "string" ? clientToken : undefined,
    refusal: refusalOf(code),
  };
}

function refusalOf(code: number): ShadowRefusal {
  if (code === 404) return "none";
  if (code === 409) return "conflict";
  return code === 429 || code >= 500 ? "later" : "never";
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
