/** Layout of an SNTP packet without extensions (RFC 4330, 4). */
export const sntpPacketLength = 48;

/** Seconds from NTP's epoch, 1900, to 1970. */
const epochSeconds = 2_208_988_800;
/** One NTP era in seconds: the first ends in 2036 (RFC 4330, 3). */
const eraSeconds = 0x1_0000_0000;

const originateAt = 24;
const receiveAt = 32;
const transmitAt = 40;

/**
 * A request: client, version 4.
 * @param cookie 8 random bytes, sent as the transmit timestamp: a host that has not seen it cannot
 * answer
 */
export function encodeRequest(cookie: Uint8Array): Uint8Array {
  const packet = new Uint8Array(sntpPacketLength);
  packet[0] = 0x23;
  packet.set(cookie, transmitAt);
  return packet;
}

/**
 * The time in the answer to the request with that cookie, after the checks of RFC 4330, 5.
 * @returns ms since 1970 when it left the server, or undefined if it is invalid
 */
export function readReply(bytes: Uint8Array, cookie: Uint8Array): number | undefined {
  if (bytes.length < sntpPacketLength) return undefined;
  const [first = 0, stratum = 0] = bytes;
  const isServer = (first & 7) === 4;
  const version = (first >> 3) & 7;
  // Leap indicator 3: the server's clock is not set. Stratum 0: kiss-o'-death; 16: not
  // synchronized.
  const isSound = first >> 6 !== 3 && stratum >= 1 && stratum <= 15;
  const isOurs = cookie.every((byte, i) => bytes[originateAt + i] === byte);
  if (!isServer || version < 3 || version > 4 || !isSound || !isOurs) return undefined;
  const receivedAt = timeAt(bytes, receiveAt);
  const sentAt = timeAt(bytes, transmitAt);
  return sentAt === undefined || receivedAt === undefined ? undefined : sentAt;
}

/** A timestamp of 64 bits: seconds and 1/2³² seconds; all zero means unknown. */
function timeAt(bytes: Uint8Array, at: number): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 8);
  const seconds = view.getUint32(0);
  const fraction = view.getUint32(4) / eraSeconds;
  // Zero seconds alone are the first second of the era that begins in 2036.
  if (seconds === 0 && fraction === 0) return undefined;
  // If the highest bit is clear, it is in the era that begins in 2036.
  const era = seconds < 0x8000_0000 ? eraSeconds : 0;
  return Math.round((seconds + era - epochSeconds + fraction) * 1000);
}
