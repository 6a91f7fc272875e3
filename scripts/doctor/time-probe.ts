import { randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { encodeRequest, readReply } from "../../device/xs/sntp-packet.ts";
import type { Surroundings } from "./surroundings.ts";

/** The first time server that answered, and how far this machine's clock is ahead of it, in ms. */
export interface TimeAnswer {
  readonly server: string;
  readonly aheadMs: number;
}

/** Asks all servers at once. Undefined if none gives a valid answer in time. */
export function askTime(
  servers: readonly string[],
  { now, lookup, timeServerPort, timing }: Surroundings,
): Promise<TimeAnswer | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    const cookies = new Map<string, Buffer>();
    const askedAt = now();
    let isOver = false;
    const finish = (answer: TimeAnswer | undefined) => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timeout);
      socket.close();
      resolve(answer);
    };
    const timeout = setTimeout(() => finish(undefined), timing.clockMs);
    socket.on("error", () => {}); // the other servers may still answer
    socket.on("message", (bytes) => {
      const receivedAt = now();
      for (const [server, cookie] of cookies) {
        const date = readReply(bytes, cookie);
        // Half of the round trip: the server sent the time in the middle.
        if (date !== undefined) finish({ server, aheadMs: (askedAt + receivedAt) / 2 - date });
      }
    });
    const ask = async (server: string) => {
      const address = (await lookup(server).catch(() => [])).at(0);
      if (address === undefined || isOver) return;
      const cookie = randomBytes(8);
      cookies.set(server, cookie);
      socket.send(encodeRequest(cookie), timeServerPort, address, () => {});
    };
    for (const server of servers) void ask(server);
  });
}
