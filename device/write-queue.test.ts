import assert from "node:assert/strict";
import fc from "fast-check";
import { WriteQueue } from "./write-queue.ts";

describe("WriteQueue", () => {
  it("returns every byte once, in order, and never more than there is room for", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 9 }), fc.integer({ min: 1, max: 12 })),
        ),
        (steps) => {
          const queue = new WriteQueue();
          const added: number[] = [];
          const taken: number[] = [];
          for (const step of steps) {
            if (typeof step !== "number") {
              queue.add(step);
              added.push(...step);
            } else {
              const part = queue.take(step);
              assert.equal(part === undefined, taken.length === added.length);
              assert.ok((part?.length ?? 1) <= step);
              taken.push(...(part ?? []));
            }
            assert.equal(queue.bytes, added.length - taken.length);
          }
          while (queue.bytes > 0) taken.push(...(queue.take(3) ?? []));
          assert.deepEqual(taken, added);
        },
      ),
    );
  });

  it("discards waiting bytes", () => {
    const queue = new WriteQueue();
    queue.add(Uint8Array.of(1, 2, 3));
    queue.take(1);
    queue.clear();
    assert.equal(queue.bytes, 0);
    assert.equal(queue.take(1), undefined);
    queue.add(Uint8Array.of(4));
    assert.deepEqual(queue.take(9), Uint8Array.of(4));
  });

  it("writes as much as there is room for, and the rest later", () => {
    const queue = new WriteQueue();
    const rooms = [1, 0, 100];
    const written: number[][] = [];
    const socket = {
      read: () => undefined,
      write: (bytes: Uint8Array) => {
        written.push([...bytes]);
        return rooms.shift() ?? 0;
      },
      close: () => {},
    };
    queue.add(Uint8Array.of(1, 2, 3));
    queue.writeTo(socket);
    assert.deepEqual(written, [], "the socket has not reported any room yet");
    queue.writeTo(socket, 1);
    assert.deepEqual(written, [[1], [2]]);
    queue.add(Uint8Array.of(4));
    queue.writeTo(socket, 5);
    assert.deepEqual(written.slice(2), [[3], [4]]);
  });

  it("reports when more waits than a reading peer would leave", () => {
    const queue = new WriteQueue();
    queue.add(new Uint8Array(16_384));
    assert.equal(queue.isOverfull, false);
    queue.add(new Uint8Array(1));
    assert.equal(queue.isOverfull, true);
    queue.clear();
    assert.equal(queue.isOverfull, false);
  });
});
