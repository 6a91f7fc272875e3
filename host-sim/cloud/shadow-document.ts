/** What AWS keeps in a section of a shadow; pure. */

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}

/** A value that an update replaces as a whole: AWS treats an array like a number or a text. */
interface Leaf {
  readonly value: Json;
  /** when it was written, in seconds since 1970 */
  readonly at: number;
}

/**
 * `desired` or `reported`, with the time of each value. An object without members does not exist
 * *(unverified for those below a section)*.
 */
export type Section = ReadonlyMap<string, Section | Leaf>;

export const emptySection: Section = new Map();

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Updates only the members that are named, at every level; `null` deletes. @param at seconds */
export function merge(section: Section, change: JsonObject, at: number): Section {
  const merged = new Map(section);
  for (const [name, value] of Object.entries(change)) {
    if (value === null) merged.delete(name);
    else if (!isObject(value)) merged.set(name, { value, at });
    else {
      const before = merged.get(name);
      const inner = merge(before instanceof Map ? before : emptySection, value, at);
      if (inner.size > 0) merged.set(name, inner);
      else merged.delete(name);
    }
  }
  return merged;
}

/**
 * What a device is told: the desired values that differ from the reported ones. What is reported and
 * not desired is no difference.
 */
export function differenceOf(desired: Section, reported: Section): Section {
  const difference = new Map<string, Section | Leaf>();
  for (const [name, wanted] of desired) {
    const present = reported.get(name);
    if (isLeaf(wanted)) {
      const isEqual = present !== undefined && isLeaf(present);
      if (!isEqual || !equals(wanted.value, present.value)) difference.set(name, wanted);
      continue;
    }
    const inner = present === undefined || isLeaf(present) ? wanted : differenceOf(wanted, present);
    if (inner.size > 0) difference.set(name, inner);
  }
  return difference;
}

export function stateOf(section: Section): JsonObject {
  return mapLeaves(section, ({ value }) => value);
}

/** The same shape with `{timestamp}` in place of each value, also in arrays. */
export function metadataOf(section: Section): JsonObject {
  return mapLeaves(section, ({ value, at }) => timestamps(value, at));
}

/** The metadata of values that are written now; nothing for what is deleted. */
export function timestamps(value: Json, at: number): Json {
  if (Array.isArray(value)) return value.map((each: Json) => timestamps(each, at));
  if (!isObject(value)) return { timestamp: at };
  const kept = Object.entries(value).filter(([, each]) => each !== null);
  return Object.fromEntries(kept.map(([name, each]) => [name, timestamps(each, at)]));
}

/** How deep objects and arrays are nested; 0: a plain value. */
export function depthOf(value: Json): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

/** `null` deletes a member, but an array is replaced as a whole: nothing could be deleted from it. */
export function hasNullInArray(value: Json, isInArray = false): boolean {
  if (value === null) return isInArray;
  if (typeof value !== "object") return false;
  const isNext = isInArray || Array.isArray(value);
  return Object.values(value).some((each: Json) => hasNullInArray(each, isNext));
}

/** As JSON: the order of members does not matter. */
export function equals(one: Json, other: Json): boolean {
  if (typeof one !== "object" || typeof other !== "object") return one === other;
  if (one === null || other === null) return one === other;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const [ours, theirs] = [new Map(Object.entries(one)), new Map(Object.entries(other))];
  if (ours.size !== theirs.size) return false;
  return [...ours].every(([name, value]) => {
    const match = theirs.get(name);
    return match !== undefined && equals(value as Json, match as Json);
  });
}

function isLeaf(node: Section | Leaf): node is Leaf {
  return !(node instanceof Map);
}

/** Entries become own members even if they are called `__proto__`. */
function mapLeaves(section: Section, map: (leaf: Leaf) => Json): JsonObject {
  return Object.fromEntries(
    [...section].map(([name, node]) => [name, isLeaf(node) ? map(node) : mapLeaves(node, map)]),
  );
}
