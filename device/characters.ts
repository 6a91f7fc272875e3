/**
 * Checks a text character by character. It uses no regular expressions: on the ESP32, each match
 * leaks memory (docs/chip.md). A test keeps them out of the firmware.
 */

/** Whether `text` has `minimum` to `maximum` UTF-16 code units, all of them accepted. */
export function consistsOf(
  text: string,
  isWanted: (unit: number) => boolean,
  minimum: number,
  maximum: number,
): boolean {
  const { length } = text;
  if (length < minimum || length > maximum) return false;
  for (let i = 0; i < length; i++) {
    if (!isWanted(text.charCodeAt(i))) return false;
  }
  return true;
}

export function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39;
}

/** a–z and A–Z */
export function isLetter(unit: number): boolean {
  return (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x41 && unit <= 0x5a);
}

export function isHexDigit(unit: number): boolean {
  return isDigit(unit) || (unit >= 0x61 && unit <= 0x66) || (unit >= 0x41 && unit <= 0x46);
}

export function isPrintableAscii(unit: number): boolean {
  return unit >= 0x20 && unit <= 0x7e;
}

/** letters, digits, `_` and `-`: the characters of AWS IoT Core's names */
export function isNameUnit(unit: number): boolean {
  return isLetter(unit) || isDigit(unit) || unit === underscore || unit === hyphen;
}

export const hyphen = 0x2d;
export const dot = 0x2e;
export const colon = 0x3a;
export const underscore = 0x5f;
