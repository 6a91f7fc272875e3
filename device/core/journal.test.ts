import assert from "node:assert/strict";
import fc from "fast-check";
import { type EventReport, openedEvent, refusedEvent } from "../messages/event.ts";
import { Journal, maximumStoredBytes } from "./journal.ts";

const command = (id: string) => ({ id, action: "open", by: "Ann" });
const opened = (id: string) => openedEvent(command(id), 500, 1_700_000_000_000);
const refused = (id: string) => refusedEvent(command(id), "cooldown", 1_700_000_000_000);

const topicOf = (gateName: string | undefined) =>
  gateName === undefined ? "gate/lot-1/event" : `gate/lot-1/${gateName}/event`;

const reports = (journal: Journal) =>
  [...journal.entries].map(({ payload }): EventReport => JSON.parse(String(payload)));
const ids = (text: string | undefined) =>
  (JSON.parse(text ?? "[]") as EventReport[]).map(({ id }) => id);

describe("Journal", () => {
  it("restores outcomes in order after a restart", () => {
    const journal = new Journal(undefined, topicOf);
    for (const report of [refused("a"), opened("b"), refused("c")]) journal.add(report);
    const next = new Journal(journal.takeText(), topicOf);
    assert.deepEqual(reports(next), [refused("a"), opened("b"), refused("c")]);
    assert.equal(next.takeText(), undefined, "storage is up to date");
  });

  it("restores the topic of each: that of a named gate, or the box's own", () => {
    const journal = new Journal(undefined, topicOf);
    journal.add(opened("a"), 0, "out");
    journal.add(refused("b"));
    journal.add({ gate: "left-open", at: null }, 0, "in");
    const topics = ["gate/lot-1/out/event", "gate/lot-1/event", "gate/lot-1/in/event"];
    assert.deepEqual(
      journal.entries.map(({ topic }) => topic),
      topics,
    );
    const next = new Journal(journal.takeText(), topicOf);
    assert.deepEqual(
      next.entries.map(({ topic }) => topic),
      topics,
    );
    assert.deepEqual(reports(next), reports(journal));
    assert.equal(next.takeText(), undefined, "storage is up to date");
  });

  it("keeps no outcome whose gate cannot be in a topic", () => {
    const kept = (text: string) =>
      new Journal(text, topicOf).entries.map(({ topic, payload }) => [
        topic,
        JSON.parse(String(payload)).id,
      ]);
    const [a, b] = ["a", "b"].map((id) => JSON.stringify(opened(id)));
    assert.deepEqual(kept(`["status",${a},${b}]`), [["gate/lot-1/event", "b"]]);
    assert.deepEqual(kept(`["out","in",${a}]`), [["gate/lot-1/in/event", "a"]]);
    assert.deepEqual(kept(`["out",7,${a}]`), [["gate/lot-1/event", "a"]]);
    assert.deepEqual(kept(`["x/y",${a},"out"]`), []);
  });

  it("restores events of the gate between outcomes, and drops them before openings", () => {
    const journal = new Journal(undefined, topicOf);
    const event = { gate: "left-open", at: 1_700_000_000_000 } as const;
    for (const report of [opened("a"), event, refused("b")]) journal.add(report);
    const next = new Journal(journal.takeText(), topicOf);
    assert.deepEqual(reports(next), [opened("a"), event, refused("b")]);
    assert.deepEqual(
      next.entries.map(({ isExpendable }) => isExpendable),
      [false, true, true],
    );
    for (let i = 0; i < 100; i++) next.add(event);
    const kept = JSON.parse(next.takeText() ?? "[]") as object[];
    assert.deepEqual(kept[0], opened("a"));
    assert.ok(kept.length > 40 && kept.length < 103, `${kept.length} are kept`);
  });

  it("says of an event that was kept how late it is, and of no other", () => {
    const date = 1_700_000_000_000;
    const journal = new Journal(undefined, topicOf);
    journal.add(opened("a"), 1_000);
    journal.add({ gate: "left-open", at: date }, 2_000);
    journal.add(refused("b"), 58_000);
    journal.noteDelays({ ticks: 60_000, date: date + 59_000 });
    assert.deepEqual(reports(journal), [
      { ...opened("a"), delayedMs: 59_000 },
      { gate: "left-open", at: date, delayedMs: 58_000 },
      refused("b"),
    ]);
    journal.noteDelays({ ticks: 70_000, date: date + 69_000 });
    assert.deepEqual(
      reports(journal).map(({ delayedMs }) => delayedMs),
      [69_000, 68_000, 12_000],
      "the next connection tells it anew",
    );
  });

  it("knows after a restart only by the clock how late an event is, or not at all", () => {
    const date = 1_700_000_000_000;
    const before = new Journal(undefined, topicOf);
    before.add(opened("a"), 1_000);
    before.add(openedEvent(command("b"), 500, undefined), 2_000);
    const journal = new Journal(before.takeText(), topicOf);
    journal.noteDelays({ ticks: 3_000, date: date + 3_600_000 });
    assert.deepEqual(
      reports(journal).map(({ delayedMs }) => delayedMs),
      [3_600_000, null],
    );
    for (const entry of journal.entries) {
      assert.equal(entry.bytes, Buffer.byteLength(String(entry.payload)));
    }
    assert.equal(journal.takeText(), undefined, "it is not written to flash for that");
  });

  it("stores nothing if there is no net change", () => {
    const journal = new Journal(undefined, topicOf);
    assert.equal(journal.takeText(), undefined);
    const entry = journal.add(refused("a"));
    journal.remove(entry);
    assert.equal(journal.takeText(), undefined);
    journal.add(opened("b"));
    assert.notEqual(journal.takeText(), undefined);
    assert.equal(journal.takeText(), undefined);
  });

  it("stores a report again when it is completed", () => {
    const journal = new Journal(undefined, topicOf);
    const entry = journal.add(openedEvent(command("a"), null, undefined));
    journal.takeText();
    journal.remove(entry);
    journal.add(opened("a"));
    assert.deepEqual(reports(new Journal(journal.takeText(), topicOf)), [opened("a")]);
  });

  it("fits NVS: refusals are dropped before openings, oldest first, but stay in memory", () => {
    const journal = new Journal(undefined, topicOf);
    for (let i = 0; i < 60; i++) journal.add(i % 3 === 0 ? opened(`o${i}`) : refused(`r${i}`));
    const text = journal.takeText() ?? "";
    assert.ok(Buffer.from(text).length <= maximumStoredBytes);
    const kept = ids(text);
    assert.equal(kept.filter((id) => id?.startsWith("o")).length, 20);
    assert.equal(kept.at(-1), "r59");
    assert.ok(!kept.includes("r1"));
    assert.equal(reports(journal).length, 60);
  });

  it("never stores more bytes than fit, whatever the text", () => {
    const word = fc.string({ unit: "binary", maxLength: 64 });
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), (words) => {
        const journal = new Journal(undefined, topicOf);
        for (const by of words) journal.add(openedEvent({ id: null, action: "open", by }, 1, 1));
        const text = journal.takeText() ?? "[]";
        assert.ok(Buffer.from(text).length <= maximumStoredBytes);
        assert.ok(Array.isArray(JSON.parse(text)));
      }),
    );
  });

  it("ignores stored values that are not reports, and never throws", () => {
    const good = JSON.stringify(opened("a"));
    for (const text of ["", "7", "{}", "[", "null", '[null,7,"x",{}]']) {
      assert.deepEqual(reports(new Journal(text, topicOf)), [], text);
    }
    assert.deepEqual(reports(new Journal(`[{"outcome":"opened"},${good}]`, topicOf)), [
      opened("a"),
    ]);
    for (const [name, value] of [
      ["outcome", "moved"],
      ["reason", "cooldown"],
      ["pulseMs", "500"],
      ["by", 7],
    ] as const) {
      const bad = JSON.stringify([{ ...opened("a"), [name]: value }]);
      assert.deepEqual(reports(new Journal(bad, topicOf)), [], bad);
    }
  });
});
