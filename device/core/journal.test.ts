import assert from "node:assert/strict";
import fc from "fast-check";
import { type EventReport, openedEvent, refusedEvent } from "../messages/event.ts";
import { Journal, maximumStoredBytes } from "./journal.ts";

const command = (id: string) => ({ id, action: "open", by: "Ann" });
const opened = (id: string) => openedEvent(command(id), 500, 1_700_000_000_000);
const refused = (id: string) => refusedEvent(command(id), "cooldown", 1_700_000_000_000);

const topic = "gate/lot-1/event";

const reports = (journal: Journal) =>
  [...journal.entries].map(({ payload }): EventReport => JSON.parse(String(payload)));
const ids = (text: string | undefined) =>
  (JSON.parse(text ?? "[]") as EventReport[]).map(({ id }) => id);

describe("Journal", () => {
  it("restores outcomes in order after a restart", () => {
    const journal = new Journal(undefined, topic);
    for (const report of [refused("a"), opened("b"), refused("c")]) journal.add(report);
    const next = new Journal(journal.takeText(), topic);
    assert.deepEqual(reports(next), [refused("a"), opened("b"), refused("c")]);
    assert.equal(next.takeText(), undefined, "storage is up to date");
  });

  it("restores events of the gate between outcomes, and drops them before openings", () => {
    const journal = new Journal(undefined, topic);
    const event = { gate: "left-open", at: 1_700_000_000_000 } as const;
    for (const report of [opened("a"), event, refused("b")]) journal.add(report);
    const next = new Journal(journal.takeText(), topic);
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

  it("stores nothing if there is no net change", () => {
    const journal = new Journal(undefined, topic);
    assert.equal(journal.takeText(), undefined);
    const entry = journal.add(refused("a"));
    journal.remove(entry);
    assert.equal(journal.takeText(), undefined);
    journal.add(opened("b"));
    assert.notEqual(journal.takeText(), undefined);
    assert.equal(journal.takeText(), undefined);
  });

  it("stores a report again when it is completed", () => {
    const journal = new Journal(undefined, topic);
    const entry = journal.add(openedEvent(command("a"), null, undefined));
    journal.takeText();
    journal.remove(entry);
    journal.add(opened("a"));
    assert.deepEqual(reports(new Journal(journal.takeText(), topic)), [opened("a")]);
  });

  it("fits NVS: refusals are dropped before openings, oldest first, but stay in memory", () => {
    const journal = new Journal(undefined, topic);
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
        const journal = new Journal(undefined, topic);
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
      assert.deepEqual(reports(new Journal(text, topic)), [], text);
    }
    assert.deepEqual(reports(new Journal(`[{"outcome":"opened"},${good}]`, topic)), [opened("a")]);
    for (const [name, value] of [
      ["outcome", "moved"],
      ["reason", "cooldown"],
      ["pulseMs", "500"],
      ["by", 7],
    ] as const) {
      const bad = JSON.stringify([{ ...opened("a"), [name]: value }]);
      assert.deepEqual(reports(new Journal(bad, topic)), [], bad);
    }
  });
});
