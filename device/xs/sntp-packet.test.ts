import assert from "node:assert/strict";
import fc from "fast-check";
import { encodeRequest, readReply } from "./sntp-packet.ts";
import { type Answer, answerTo } from "./time-server.fake.ts";

const cookie = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const date = Date.UTC(2026, 10, 24, 10, 30, 0, 250);
const request = encodeRequest(cookie);

describe("an SNTP packet", () => {
  it("is a version 4 client request, with the cookie in the transmit timestamp", () => {
    assert.equal(request.length, 48);
    assert.equal(request[0], 0b00_100_011);
    assert.deepEqual(request.subarray(40), cookie);
    assert.ok(request.subarray(1, 40).every((byte) => byte === 0));
  });

  it("gives the time to the millisecond, also after the era change in 2036", () => {
    const change = Date.UTC(2036, 1, 7, 6, 28, 16);
    for (const each of [date, change - 500, change + 500, change + 1_000, Date.UTC(2080, 0, 1)]) {
      assert.equal(readReply(answerTo(request, each), cookie), each);
    }
  });

  const unsound: [string, Answer][] = [
    ["a client", { mode: 3 }],
    ["a broadcast", { mode: 5 }],
    ["a kiss-o'-death server", { stratum: 0 }],
    ["a server that is not synchronized", { stratum: 16 }],
    ["a server without a set clock", { leap: 3 }],
    ["another version", { version: 2 }],
  ];
  for (const [what, answer] of unsound) {
    it(`is not accepted from ${what}`, () => {
      assert.equal(readReply(answerTo(request, date, answer), cookie), undefined);
    });
  }

  it("is not accepted if it does not answer this request, is truncated, or has no time", () => {
    const good = answerTo(request, date);
    for (let i = 24; i < 32; i++) {
      const forged = good.slice();
      forged[i] = (forged[i] ?? 0) ^ 1;
      assert.equal(readReply(forged, cookie), undefined);
    }
    assert.equal(readReply(good.subarray(0, 47), cookie), undefined);
    for (const at of [32, 40]) {
      assert.equal(readReply(good.slice().fill(0, at, at + 8), cookie), undefined);
    }
  });

  it("never throws on any bytes, and is never accepted without the cookie", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const isAnswer = cookie.every((byte, i) => bytes[24 + i] === byte);
        if (!isAnswer) assert.equal(readReply(bytes, cookie), undefined);
      }),
    );
  });
});
