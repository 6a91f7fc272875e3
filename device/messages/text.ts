/**
 * The one rule for text that people read: names in the staff app, and the words of messages. It works on
 * single UTF-16 code units, because the firmware checks commands with it and has no regular expressions.
 */

/** First and last code unit of what has no shape of its own, in ascending order. */
const unreadable: readonly (readonly [number, number])[] = [
  [0x0000, 0x001f], // control characters
  [0x007f, 0x009f],
  [0x00ad, 0x00ad], // soft hyphen
  [0x034f, 0x034f], // combining grapheme joiner
  [0x061c, 0x061c], // text direction
  [0x115f, 0x1160], // blank letters
  [0x180e, 0x180e],
  [0x200b, 0x200b],
  [0x200e, 0x200f], // text direction
  [0x2028, 0x202e], // line separators, text direction
  [0x2060, 0x206f],
  [0x2800, 0x2800], // blank letters
  [0x3164, 0x3164],
  [0xdb40, 0xdbff], // tags that cannot be seen, private use
  [0xe000, 0xf8ff], // private use
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfffb],
  [0xfffe, 0xffff],
];

/**
 * Whether a code unit may be in text that people read. ZERO WIDTH JOINER and NON-JOINER (U+200C, U+200D)
 * may: Persian, the languages of India and joined emoji need them.
 */
export function isReadable(unit: number): boolean {
  if (unit < 0x7f) return unit >= 0x20;
  for (const [first, last] of unreadable) {
    if (unit < first) return true;
    if (unit <= last) return false;
  }
  return true;
}

/** @returns the text without surrounding white space and without what {@link isReadable} refuses */
export function readableOf(text: string, maximumLength: number): string {
  let kept = "";
  for (const character of text.trim()) {
    const isKept = isReadable(character.charCodeAt(0)) && !isLoneSurrogate(character);
    if (isKept && kept.length + character.length <= maximumLength) kept += character;
  }
  return kept.trim();
}

function isLoneSurrogate(character: string): boolean {
  const unit = character.charCodeAt(0);
  return character.length === 1 && unit >= 0xd800 && unit <= 0xdfff;
}
