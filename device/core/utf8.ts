/**
 * Strict UTF-8 (RFC 3629) to text, without TextDecoder: XS has none built in, and the core knows
 * no platform. Overlong forms, surrogates and anything past U+10FFFF are refused.
 * @returns the text, or undefined where the bytes are not UTF-8
 */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  let text = "";
  let index = 0;
  while (index < bytes.length) {
    const first = bytes[index++] as number;
    if (first < 0x80) {
      text += String.fromCharCode(first);
      continue;
    }
    const more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
    if (first < 0xc2 || first > 0xf4 || index + more > bytes.length) return undefined;
    let codePoint = first & (0x3f >> more);
    for (let i = 0; i < more; i++) {
      const next = bytes[index++] as number;
      if ((next & 0xc0) !== 0x80) return undefined;
      codePoint = (codePoint << 6) | (next & 0x3f);
    }
    const smallest = more === 3 ? 0x10000 : more === 2 ? 0x800 : 0x80;
    const isSurrogate = codePoint >= 0xd800 && codePoint <= 0xdfff;
    if (codePoint < smallest || codePoint > 0x10ffff || isSurrogate) return undefined;
    text += String.fromCodePoint(codePoint);
  }
  return text;
}
