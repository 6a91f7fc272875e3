import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { encodeRequest, readReply } from "../../device/xs/sntp-packet.ts";
import { sntpReply, TimeServer } from "./time-server.ts";

const cookie = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);

describe("the time server beside an emulated box", () => {
  it("sends answers that the firmware accepts, in this NTP era and the next", () => {
    for (const date of [Date.UTC(2026, 10, 26, 12, 0, 0, 250), Date.UTC(2040, 1, 29)]) {
      assert.equal(readReply(sntpReply(encodeRequest(cookie), date), cookie), date);
    }
  });

  it("answers with the set offset, or is silent", async () => {
    const server = await TimeServer.listen(0);
    const client = createSocket("udp4");
    const replies: Uint8Array[] = [];
    client.on("message", (reply) => replies.push(reply));
    const ask = async () => {
      client.send(encodeRequest(cookie), server.port, "127.0.0.1");
      await new Promise((resolve) => setTimeout(resolve, 50));
      return readReply(replies.shift() ?? new Uint8Array(), cookie);
    };
    try {
      assert.ok(Math.abs(Number(await ask()) - Date.now()) < 1_000);
      server.skewMs = 3_600_000;
      assert.ok(Math.abs(Number(await ask()) - Date.now() - 3_600_000) < 1_000);
      server.isSilent = true;
      assert.equal(await ask(), undefined);
    } finally {
      client.close();
      await server.close();
    }
  });
});
