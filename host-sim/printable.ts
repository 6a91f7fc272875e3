import { isReadable } from "../device/messages/text.ts";

/** Maximum length of a text, in characters. */
const maximumLength = 160;

/**
 * Makes untrusted text safe for one line of a terminal: no control characters (an escape sequence
 * could move the cursor or change the title), no line breaks, and no invisible characters that
 * change the text direction: the rule of {@link isReadable}. Cut at 160 characters.
 */
export function printable(text: string): string {
  const characters: string[] = [];
  let isGap = false;
  for (const character of text) {
    const isShown = isReadable(character.charCodeAt(0)) && !/\p{Surrogate}/u.test(character);
    if (isShown) characters.push(character);
    else if (!isGap) characters.push(" ");
    isGap = !isShown;
  }
  return characters.length <= maximumLength
    ? characters.join("")
    : `${characters.slice(0, maximumLength - 1).join("")}…`;
}

/**
 * A value as JSON on one line. The same characters are escaped here, as `\u009b`, so nothing is
 * lost.
 */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from(character.split(""), escapeUnit).join(""),
  );
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
