/**
 * UTF-8 as Node's Buffer reads and writes it: malformed input becomes U+FFFD (the WHATWG Encoding
 * Standard, section 9.1). By default, XS has no TextDecoder, and its own `String.fromArrayBuffer`
 * accepts overlong forms, surrogates and bytes from F8 on: `C0 80` in a topic would become NUL.
 */
const replacement = 0xfffd;

/** Arguments of one call. They go on the stack, and a device's stack is small. */
const unitsPerCall = 64;

/**
 * How many bytes {@link writeUtf8} writes. Iterates over characters, never by index: XS stores
 * strings as UTF-8 and counts from the beginning for every `text[i]`.
 */
export function utf8Length(text: string): number {
  let length = 0;
  for (const character of text) {
    const code = codeOf(character);
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return length;
}

/** Writes `text` at `offset`. What does not fit is lost, as with any typed array. */
export function writeUtf8(text: string, bytes: Uint8Array, offset: number): void {
  let at = offset;
  for (const character of text) {
    const code = codeOf(character);
    if (code < 0x80) {
      bytes[at++] = code;
      continue;
    }
    // The leading byte says how many follow; each of those carries six bits.
    let shift = code < 0x800 ? 6 : code < 0x10000 ? 12 : 18;
    bytes[at++] = (shift === 6 ? 0xc0 : shift === 12 ? 0xe0 : 0xf0) | (code >> shift);
    while (shift > 0) {
      shift -= 6;
      bytes[at++] = 0x80 | ((code >> shift) & 0x3f);
    }
  }
}

/** Half a surrogate pair is not a character. */
function codeOf(character: string): number {
  const code = character.codePointAt(0) ?? replacement;
  return code >= 0xd800 && code <= 0xdfff ? replacement : code;
}

export function readUtf8(bytes: Uint8Array): string {
  if (!isAscii(bytes)) return decode(bytes);
  const { length } = bytes;
  if (length <= unitsPerCall) return fromUnits(bytes);
  let text = "";
  for (let at = 0; at < length; at += unitsPerCall) {
    text += fromUnits(bytes.subarray(at, at + unitsPerCall));
  }
  return text;
}

function isAscii(bytes: Uint8Array): boolean {
  const { length } = bytes;
  for (let at = 0; at < length; at++) {
    if ((bytes[at] as number) >= 0x80) return false;
  }
  return true;
}

function decode(bytes: Uint8Array): string {
  let text = "";
  let units: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { code, length } = readCharacter(bytes, at);
    at += length;
    if (code > 0xffff) units.push(0xd7c0 + (code >> 10), 0xdc00 + (code & 0x3ff));
    else units.push(code);
    if (units.length >= unitsPerCall) {
      text += fromUnits(units);
      units = [];
    }
  }
  return text + fromUnits(units);
}

/**
 * @returns the character, and the number of bytes it uses, or the longest valid beginning of one
 */
function readCharacter(bytes: Uint8Array, start: number): { code: number; length: number } {
  const first = bytes[start] as number;
  if (first < 0x80) return { code: first, length: 1 };
  const following = first < 0xc2 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf5 ? 3 : 0;
  if (following === 0) return { code: replacement, length: 1 };
  // The second byte shows overlong forms, surrogates and values beyond U+10FFFF (table 3-7 of
  // Unicode).
  let lowest = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  let highest = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  let code = first & (0x3f >> following);
  for (let n = 1; n <= following; n++) {
    const byte = bytes[start + n];
    if (byte === undefined || byte < lowest || byte > highest) {
      return { code: replacement, length: n };
    }
    code = (code << 6) | (byte & 0x3f);
    lowest = 0x80;
    highest = 0xbf;
  }
  return { code, length: following + 1 };
}

function fromUnits(units: Uint8Array | number[]): string {
  // Any array-like works, though TypeScript's declaration of apply() requires an array.
  return String.fromCharCode.apply(null, units as number[]);
}
