/** The variable-length integer of MQTT 3.1.1, section 2.2.3; `length` at most 268,435,455. */
export function remainingLength(length: number): number[] {
  const bytes: number[] = [];
  let rest = length;
  do {
    bytes.push(rest > 127 ? (rest & 0x7f) | 0x80 : rest);
    rest >>= 7;
  } while (rest > 0);
  return bytes;
}
