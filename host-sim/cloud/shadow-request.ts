import { utf8Length } from "../../device/core/utf8.ts";
import {
  depthOf,
  hasNullInArray,
  isObject,
  type Json,
  type JsonObject,
} from "./shadow-document.ts";
import type { ShadowLimits } from "./shadow-limits.ts";

/** What an update changes. */
export interface ShadowChange {
  /** `null` deletes the section; undefined leaves it */
  readonly desired: JsonObject | null | undefined;
  readonly reported: JsonObject | null | undefined;
  /** the update counts only if the shadow has this version */
  readonly version: number | undefined;
}

/** Why a request is rejected, in the words of "Device Shadow error messages". */
export interface ShadowRejection {
  readonly type: "rejected";
  readonly code: 400 | 404 | 409 | 413 | 415 | 429;
  readonly message: string;
}

export const rejected = (code: ShadowRejection["code"], message: string): ShadowRejection => ({
  type: "rejected",
  code,
  message,
});

export const tooLarge = rejected(413, "The payload exceeds the maximum size allowed");

/** Any request: the token that its answer repeats, and the rest. Everything in it is untrusted. */
export type ShadowRequest =
  | {
      readonly type: "request";
      readonly clientToken: string | undefined;
      readonly body: JsonObject;
    }
  | ShadowRejection;

/** @param text empty: an empty request, which is enough for `get` and `delete` */
export function readShadowRequest(text: string, limits: ShadowLimits): ShadowRequest {
  if (utf8Length(text) > limits.documentBytes) return tooLarge;
  const body = text === "" ? {} : jsonOf(text);
  if (!isObject(body)) return rejected(400, "Invalid JSON");
  const { clientToken } = body;
  if (clientToken === undefined) return { type: "request", clientToken, body };
  const isToken =
    typeof clientToken === "string" && utf8Length(clientToken) <= limits.clientTokenBytes;
  return isToken ? { type: "request", clientToken, body } : rejected(400, "Invalid clientToken");
}

export function readShadowChange(
  { state, version }: JsonObject,
  limits: ShadowLimits,
): ShadowChange | ShadowRejection {
  if (state === undefined) return rejected(400, "Missing required node: state");
  if (!isObject(state)) return rejected(400, "State node must be an object");
  const { desired, reported } = state;
  if (!isSection(desired)) return rejected(400, "Desired node must be an object");
  if (!isSection(reported)) return rejected(400, "Reported node must be an object");
  if (version !== undefined && !isVersion(version)) return rejected(400, "Invalid version");
  for (const section of [desired, reported]) {
    if (section === undefined || section === null) continue;
    if (depthOf(section) > limits.depth) {
      const message = `JSON contains too many levels of nesting; maximum is ${limits.depth}`;
      return rejected(400, message);
    }
    if (hasNullInArray(section)) return rejected(400, "State contains an invalid node");
  }
  return { desired, reported, version };
}

function isSection(value: Json | undefined): value is JsonObject | null | undefined {
  return value === undefined || value === null || isObject(value);
}

function isVersion(value: Json): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
