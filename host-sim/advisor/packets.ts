/** A server's packets as bytes (MQTT 3.1.1, chapter 3). Identifiers are 1–65535. */

export const connack = (): Buffer => Buffer.from([0x20, 2, 0, 0]);

export const pingresp = (): Buffer => Buffer.from([0xd0, 0]);

export const puback = (identifier: number): Buffer =>
  Buffer.from([0x40, 2, ...twoBytes(identifier)]);

/** @param granted one QoS per filter */
export const suback = (identifier: number, granted: readonly number[]): Buffer =>
  Buffer.from([0x90, 2 + granted.length, ...twoBytes(identifier), ...granted]);

export const unsuback = (identifier: number): Buffer =>
  Buffer.from([0xb0, 2, ...twoBytes(identifier)]);

/** QoS 1, not retained, not a duplicate. */
export function publish(topic: string, identifier: number, payload: Buffer): Buffer {
  const name = Buffer.from(topic);
  const body = Buffer.concat([
    Buffer.from(twoBytes(name.length)),
    name,
    Buffer.from(twoBytes(identifier)),
    payload,
  ]);
  return Buffer.concat([Buffer.from([0x32, ...remainingLength(body.length)]), body]);
}

function twoBytes(value: number): [number, number] {
  return [value >> 8, value & 0xff];
}

function remainingLength(length: number): number[] {
  const bytes: number[] = [];
  for (let rest = length; ; rest >>= 7) {
    if (rest < 0x80) return [...bytes, rest];
    bytes.push((rest & 0x7f) | 0x80);
  }
}
