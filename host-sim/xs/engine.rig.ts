import type { Context } from "mocha";
import { skipWithout } from "../optional.rig.ts";
import { findEngine } from "./engine.ts";

/** The engine; if it is missing, skips the test with one line. */
export function requireEngine(context: Context): string {
  const binary = findEngine();
  const needed = "XS, which npm ci builds where there are make and a C compiler, on Node 20 or 22";
  skipWithout(context, "xs", binary !== undefined, needed);
  return binary ?? "";
}
