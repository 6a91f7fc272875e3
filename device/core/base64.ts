const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/**
 * Base64 (RFC 4648, section 4) to bytes. XS has no built-in decoder that is also on the board.
 * @returns undefined if `text` is not base64: another character, a length that is not a multiple of
 * four, padding in the middle
 */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined;
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let at = 0;
  let bits = 0;
  let count = 0;
  let rest = text.length - padding;
  // Never by index: for every text[i], XS counts from the beginning.
  for (const character of text) {
    if (rest === 0) break;
    rest -= 1;
    const digit = digits.indexOf(character);
    if (digit < 0) return undefined;
    bits = ((bits << 6) | digit) & 0xffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes[at++] = bits >> count;
  }
  return bytes;
}
