import { sntpPacketLength } from "./sntp-packet.ts";

const epochSeconds = 2_208_988_800;

export interface Answer {
  /** default: 4, a server's */
  readonly mode?: number;
  readonly stratum?: number;
  readonly leap?: number;
  readonly version?: number;
}

/** A time server's valid answer to a request, with optional changes. */
export function answerTo(
  request: Uint8Array,
  date: number,
  { mode = 4, stratum = 2, leap = 0, version = 4 }: Answer = {},
): Uint8Array {
  const packet = new Uint8Array(sntpPacketLength);
  packet[0] = (leap << 6) | (version << 3) | mode;
  packet[1] = stratum;
  packet.set(request.subarray(40, 48), 24);
  const view = new DataView(packet.buffer);
  for (const at of [32, 40]) {
    view.setUint32(at, (Math.floor(date / 1000) + epochSeconds) % 2 ** 32);
    view.setUint32(at + 4, Math.floor(((date % 1000) / 1000) * 2 ** 32));
  }
  return packet;
}
