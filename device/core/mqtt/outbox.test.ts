import assert from "node:assert/strict";
import fc from "fast-check";
import { Outbox, type OutgoingMessage } from "./outbox.ts";

const event = (payload: string, isExpendable = false): OutgoingMessage => ({
  topic: "event",
  payload,
  retain: false,
  isExpendable,
});
const status = (payload: string): OutgoingMessage => ({
  topic: "status",
  payload,
  retain: true,
  isExpendable: false,
});

describe("Outbox", () => {
  let outbox: Outbox;
  let identifier: number;

  const next = () => ++identifier;
  const take = (now = 0) => outbox.takeNext(now, next);
  /** Takes all messages that may be sent now. */
  function drain(now = 0): string[] {
    const sent: string[] = [];
    for (let entry = take(now); entry !== undefined; entry = take(now)) {
      sent.push(String(entry.message.payload));
    }
    return sent;
  }

  beforeEach(() => {
    outbox = new Outbox();
    identifier = 0;
  });

  it("forgets a message that waits, also again after its connection", () => {
    const [a, b] = [event("a"), event("b")];
    outbox.add(a);
    outbox.add(b);
    take();
    outbox.withdraw(a);
    outbox.disconnect();
    outbox.withdraw(a);
    assert.deepEqual(drain(), ["b"]);
  });

  it("is empty at first, and after everything is acknowledged", () => {
    assert.ok(outbox.isEmpty);
    outbox.add(event("a"));
    assert.ok(!outbox.isEmpty, "waiting");
    take();
    assert.ok(!outbox.isEmpty, "in flight");
    assert.ok(outbox.acknowledge(1));
    assert.ok(outbox.isEmpty);
  });

  it("returns its messages in order, each once", () => {
    for (const payload of ["a", "b", "c"]) outbox.add(event(payload));
    assert.deepEqual(drain(), ["a", "b", "c"]);
    assert.deepEqual(drain(), []);
  });

  it("has at most eight in flight", () => {
    for (let i = 0; i < 10; i++) outbox.add(event(String(i)));
    assert.equal(drain().length, 8);
    outbox.acknowledge(3);
    assert.deepEqual(drain(), ["8"]);
  });

  it("tracks which identifiers are in use", () => {
    outbox.add(event("a"));
    assert.ok(!outbox.uses(1));
    take();
    assert.ok(outbox.uses(1));
    assert.ok(!outbox.acknowledge(2), "nobody waits for this one");
    assert.ok(outbox.acknowledge(1));
    assert.ok(!outbox.acknowledge(1), "a second PUBACK has no effect");
    assert.ok(!outbox.uses(1));
  });

  it("repeats what is overdue with DUP and its identifier, to the millisecond", () => {
    outbox.add(event("a"));
    outbox.add(event("b"));
    take(1_000);
    take(2_000);
    assert.equal(outbox.oldestSentAt, 1_000);
    assert.deepEqual(outbox.takeOverdue(10_999, 999), []);
    assert.deepEqual(outbox.takeOverdue(11_000, 1_000), [
      { message: event("a"), packetIdentifier: 1, sentAt: 11_000, dup: true },
    ]);
    assert.equal(outbox.oldestSentAt, 2_000);
    assert.deepEqual(outbox.takeOverdue(11_000, 1_000), []);
  });

  it("repeats in the order of the first sending [MQTT-4.6.0-1]", () => {
    outbox.add(event("a"));
    outbox.add(event("b"));
    take(1_000);
    take(2_000);
    outbox.takeOverdue(11_000, 1_000);
    outbox.disconnect();
    assert.deepEqual(drain(), ["a", "b"], "although b was sent last before a was repeated");
  });

  it("resends in-flight messages as new on the next connection, ahead of later ones", () => {
    outbox.add(event("a"));
    outbox.add(event("b"));
    drain();
    outbox.takeOverdue(10_000, 0);
    outbox.add(event("c"));
    outbox.disconnect();
    assert.equal(outbox.oldestSentAt, Number.POSITIVE_INFINITY);
    assert.ok(!outbox.uses(1));
    assert.equal(take()?.dup, false);
    assert.deepEqual(drain(), ["b", "c"]);
  });

  it("drops the oldest when more than 64 wait, and counts them", () => {
    for (let i = 0; i < 66; i++) outbox.add(event(String(i)));
    assert.equal(outbox.dropped, 2);
    assert.equal(take()?.message.payload, "2");
  });

  it("drops expendable messages first, and returns the dropped one", () => {
    outbox.add(event("opened"));
    for (let i = 0; i < 63; i++) outbox.add(event(String(i), true));
    assert.equal(outbox.add(event("64"))?.payload, "0");
    assert.equal(outbox.add(event("65"))?.payload, "1");
    assert.equal(take()?.message.payload, "opened");
  });

  it("keeps only the newest retained message of a topic, without counting a loss", () => {
    outbox.add(status("old"));
    outbox.add(event("a"));
    outbox.add(status("new"));
    assert.equal(outbox.dropped, 0);
    assert.deepEqual(drain(), ["a", "new"]);
  });

  it("does not touch a retained message that is in flight, or one of another topic", () => {
    outbox.add(status("sent"));
    take();
    outbox.add({ ...status("other"), topic: "other" });
    outbox.add(status("new"));
    assert.deepEqual(drain(), ["other", "new"]);
    assert.ok(outbox.uses(1));
  });

  it("loses, repeats and reorders nothing, for any sequence of calls", () => {
    const step = fc.constantFrom("add", "take", "acknowledge", "disconnect", "overdue");
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        outbox = new Outbox();
        identifier = 0;
        let added = 0;
        const delivered: string[] = [];
        const inFlight = new Map<number, string>();
        for (const [now, kind] of steps.entries()) {
          if (kind === "add") outbox.add(event(String(added++)));
          if (kind === "take") {
            const entry = take(now);
            if (entry !== undefined)
              inFlight.set(entry.packetIdentifier, String(entry.message.payload));
          }
          if (kind === "acknowledge") {
            const [oldest] = inFlight;
            if (oldest === undefined) continue;
            inFlight.delete(oldest[0]);
            delivered.push(oldest[1]);
            assert.ok(outbox.acknowledge(oldest[0]));
          }
          if (kind === "disconnect") {
            inFlight.clear();
            outbox.disconnect();
          }
          if (kind === "overdue") {
            for (const entry of outbox.takeOverdue(now, now - 3)) {
              assert.equal(inFlight.get(entry.packetIdentifier), entry.message.payload);
            }
          }
        }
        outbox.disconnect();
        for (let entry = take(); entry !== undefined; entry = take()) {
          delivered.push(String(entry.message.payload));
          outbox.acknowledge(entry.packetIdentifier);
        }
        assert.deepEqual(
          delivered,
          Array.from({ length: added }, (_, i) => String(i)),
        );
        assert.ok(outbox.isEmpty);
      }),
    );
  });
});
