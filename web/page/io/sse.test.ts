import assert from "node:assert/strict";
import fc from "fast-check";
import { SseParser } from "./sse.ts";

const stream =
  ': hello\n\nevent: gate\ndata: {"id":\ndata: 1}\n\ndata:plain\r\n\r\nid: 7\n\nevent: x\n\n';
const events = [
  { event: "gate", data: '{"id":\n1}' },
  { event: "message", data: "plain" },
];

describe("server-sent events", () => {
  it("are parsed, without comments and empty events", () => {
    assert.deepEqual(new SseParser().push(stream), events);
  });

  it("do not depend on where the stream is cut", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: stream.length })), (cuts) => {
        const parser = new SseParser();
        const places = [0, ...cuts.sort((a, b) => a - b), stream.length];
        const heard = places.flatMap((place, index) =>
          parser.push(stream.slice(place, places[index + 1] ?? place)),
        );
        assert.deepEqual(heard, events);
      }),
    );
  });

  it("are returned only when they are complete", () => {
    const parser = new SseParser();
    assert.deepEqual(parser.push("data: 1\n"), []);
    assert.deepEqual(parser.push("\n"), [{ event: "message", data: "1" }]);
  });
});
