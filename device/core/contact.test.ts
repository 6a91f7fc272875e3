import assert from "node:assert/strict";
import fc from "fast-check";
import { Contact, unsteadyMs } from "./contact.ts";

const debounceMs = 50;
const steady = (level: 0 | 1, since: number | undefined, quietSince = since) => ({
  ...{ type: "steady", level, since, quietSince },
});

describe("a contact", () => {
  let contact: Contact;

  beforeEach(() => {
    contact = new Contact(debounceMs);
    contact.handleLevel(1, 0);
    contact.handleTime(debounceMs);
  });

  it("is unknown until its first level has been stable", () => {
    contact = new Contact(debounceMs);
    assert.equal(contact.deadline, undefined);
    contact.handleLevel(0, 10);
    assert.deepEqual([contact.reading.type, contact.deadline], ["unknown", 60]);
    assert.equal(contact.handleTime(59), false);
    assert.equal(contact.handleTime(60), true);
    assert.deepEqual(contact.reading, steady(0, undefined, 10));
    assert.equal(contact.deadline, undefined);
  });

  it("changes when the level has been stable, as of the first edge", () => {
    contact.handleLevel(0, 1_000);
    assert.equal(contact.handleTime(1_049), false);
    assert.equal(contact.handleTime(1_050), true);
    assert.deepEqual(contact.reading, steady(0, 1_000));
  });

  it("does not change for a glitch", () => {
    contact.handleLevel(0, 1_000);
    contact.handleLevel(1, 1_049);
    assert.equal(contact.handleTime(1_100), false);
    assert.deepEqual([contact.reading, contact.deadline], [steady(1, undefined, 0), undefined]);
  });

  it("notices a stable level late, and then the next edge", () => {
    contact.handleLevel(0, 1_000);
    assert.equal(contact.handleLevel(1, 9_000), true, "it was LOW for eight seconds");
    assert.deepEqual(contact.reading, steady(0, 1_000));
    contact.handleTime(9_050);
    assert.deepEqual(contact.reading, steady(1, 9_000));
  });

  it("may bounce for a second at 10 kHz: one change, as of the first edge", () => {
    let changes = 0;
    for (let edge = 0; edge < 10_001; edge++) {
      if (contact.handleLevel(edge % 2 === 0 ? 0 : 1, 1_000 + edge / 10)) changes += 1;
    }
    assert.equal(changes, 0);
    assert.equal(contact.handleTime(2_050), true);
    assert.deepEqual(contact.reading, steady(0, 1_000, 2_000));
  });

  it("is unknown when it bounces for too long, until it has been stable for as long", () => {
    let now = 1_000;
    let level: 0 | 1 = 1;
    const bounceUntil = (end: number) => {
      for (; now < end; now += 10) {
        level = level === 1 ? 0 : 1;
        contact.handleLevel(level, now);
      }
    };
    bounceUntil(1_000 + unsteadyMs);
    assert.equal(contact.reading.type, "steady");
    bounceUntil(1_020 + unsteadyMs);
    assert.equal(contact.reading.type, "unknown");
    bounceUntil(60_000);
    const lastEdgeAt = now - 10;
    assert.equal(contact.deadline, lastEdgeAt + unsteadyMs);
    assert.equal(contact.handleTime(lastEdgeAt + unsteadyMs - 1), false);
    assert.equal(contact.handleTime(lastEdgeAt + unsteadyMs), true);
    assert.deepEqual(contact.reading, steady(level, undefined, lastEdgeAt));
  });

  it("is unknown when it changes far more often than a gate moves", () => {
    let level: 0 | 1 = 1;
    const states: string[] = [];
    for (let now = 1_000; now < 60_000; now += 200) {
      level = level === 1 ? 0 : 1;
      contact.handleLevel(level, now);
      contact.handleTime(now + 100);
      states.push(contact.reading.type);
    }
    const changes = states.indexOf("unknown");
    assert.ok(changes >= 20 && changes <= 25, `${changes} changes`);
    assert.ok(states.slice(changes).every((type) => type === "unknown"));
  });

  it("stays known at a busy gate: a car every ten seconds for a day", () => {
    for (let now = 10_000; now < 86_400_000; now += 10_000) {
      contact.handleLevel(0, now);
      contact.handleTime(now + 50);
      assert.deepEqual(contact.reading, steady(0, now));
      contact.handleLevel(1, now + 7_000);
      contact.handleTime(now + 7_050);
    }
  });

  it("says only what was stable, and always comes to a reading", () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 300 }), fc.boolean()));
    fc.assert(
      fc.property(steps, (gaps) => {
        contact = new Contact(debounceMs);
        const edges: { readonly at: number; readonly level: 0 | 1 }[] = [];
        let now = 0;
        for (const [gap, isHigh] of gaps) {
          now += gap;
          const level = isHigh ? 1 : 0;
          if (edges.at(-1)?.level !== level) edges.push({ at: now, level });
          if (!contact.handleLevel(level, now)) continue;
          const { reading } = contact;
          if (reading.type === "unknown") continue;
          const started = edges.findLast((edge) => edge.level === reading.level && edge.at < now);
          assert.ok(started !== undefined && now - started.at >= debounceMs);
        }
        for (let wakes = 0; contact.deadline !== undefined; wakes++) {
          assert.ok(wakes < 5 && contact.deadline >= now - debounceMs, "it never spins");
          now = Math.max(now, contact.deadline);
          contact.handleTime(now);
        }
        const last = edges.at(-1);
        if (last === undefined) return;
        assert.ok(contact.reading.type === "steady");
        assert.equal(contact.reading.level, last.level);
      }),
    );
  });
});
