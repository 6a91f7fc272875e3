import { isReadable } from "../../device/messages/text.ts";

/**
 * Whether a person or gate can have this name: readable, with at least one character that can be seen.
 * The length is limited elsewhere.
 */
export function isName(text: string): boolean {
  return (
    /[\p{L}\p{N}\p{P}\p{S}]/u.test(text) &&
    // Half of a surrogate pair has no shape.
    !/\p{Surrogate}/u.test(text) &&
    Array.from({ length: text.length }, (_, index) => text.charCodeAt(index)).every(isReadable)
  );
}
