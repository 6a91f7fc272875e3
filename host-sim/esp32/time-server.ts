import { createSocket, type Socket } from "node:dgram";

const packetBytes = 48;
/** Seconds from NTP's epoch, 1900, to 1970. */
const epochSeconds = 2_208_988_800;
/** NTP's timestamps have 32 bits of seconds, and wrap in 2036 (RFC 4330, 3). */
const eraSeconds = 2 ** 32;

/**
 * The answer of a stratum 1 SNTP server to a request (RFC 4330, 5).
 * @param date ms since 1970
 */
export function sntpReply(request: Uint8Array, date: number): Uint8Array {
  const reply = new Uint8Array(packetBytes);
  reply[0] = 0x24; // version 4, server
  reply[1] = 1;
  reply.set(request.subarray(40, 48), 24);
  const view = new DataView(reply.buffer);
  for (const at of [16, 32, 40]) {
    view.setUint32(at, (Math.floor(date / 1000) + epochSeconds) % eraSeconds);
    view.setUint32(at + 4, Math.floor(((date % 1000) / 1000) * eraSeconds));
  }
  return reply;
}

/** A time server for a box in an emulator: correct, wrong by an offset, or silent. */
export class TimeServer {
  /** how far it is ahead, in ms */
  skewMs = 0;
  isSilent = false;
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("message", (request, { address, port }) => {
      if (this.isSilent || request.length < packetBytes) return;
      socket.send(sntpReply(request, Date.now() + this.skewMs), port, address);
    });
  }

  /** On loopback. Rejects with the system's error if the port is not available. */
  static listen(port: number): Promise<TimeServer> {
    const socket = createSocket("udp4");
    return new Promise((resolve, reject) => {
      socket.once("error", reject);
      socket.bind(port, "127.0.0.1", () => resolve(new TimeServer(socket)));
    });
  }

  get port(): number {
    return this.#socket.address().port;
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }
}
