import * as v from "valibot";
import { longestChange } from "../store/changes.ts";

const id = v.pipe(v.string(), v.maxLength(128));

/** What one instance of the service tells the others. They read the rest from the database. */
const changes = v.variant("type", [
  /** gates, or holidays */
  v.object({ type: v.literal("gates") }),
  /** a person's or a guest's rights or sessions, and with a person perhaps those of the guests */
  v.object({ type: v.literal("person"), id }),
  v.object({ type: v.literal("grants"), people: v.array(id) }),
  /** a request that the boxes do not tell of */
  v.object({ type: v.literal("request"), id, of: id }),
  /** anything */
  v.object({ type: v.literal("all") }),
]);

export type Change = v.InferOutput<typeof changes>;

/** A change that is too long becomes one that says less. */
export function writeChange(change: Change): string {
  const text = JSON.stringify(change);
  const isLong = Buffer.byteLength(text) > longestChange;
  return isLong ? JSON.stringify({ type: "all" } satisfies Change) : text;
}

/** @returns undefined when another version has written it, so that anything may have changed */
export function readChange(text: string): Change | undefined {
  try {
    const parsed = v.safeParse(changes, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
