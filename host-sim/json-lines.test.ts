import assert from "node:assert/strict";
import sinon from "sinon";
import { openedEvent } from "../device/messages/event.ts";
import { JsonLines } from "./json-lines.ts";

describe("JsonLines", () => {
  let clock: sinon.SinonFakeTimers;
  let written: string[];
  let lines: JsonLines;

  beforeEach(() => {
    clock = sinon.useFakeTimers({ now: 1_700_000_000_000, toFake: ["performance", "Date"] });
    clock.tick(250);
    written = [];
    lines = new JsonLines((line) => written.push(line));
  });
  afterEach(() => clock.restore());

  it("counts whole milliseconds from the start, with `at` and `type` in front", () => {
    clock.tick(160);
    lines.record({ type: "connection", state: "connected", reason: null });
    assert.deepEqual(written, [
      '{"at":160,"type":"connection","state":"connected","reason":null}\n',
    ]);
  });

  it("gives an edge its own time, not the time of its report", () => {
    const at = performance.now() + 20.4;
    clock.tick(90);
    lines.record({ type: "pin", pin: 5, value: 1, at });
    assert.deepEqual(written, ['{"at":20,"type":"pin","pin":5,"value":1}\n']);
  });

  it("calls an event's calendar time `date`, and null stays null", () => {
    clock.tick(70);
    const command = { id: "1", action: "open", by: "Alice" };
    lines.record({ type: "event", ...openedEvent(command, 501, 1_700_000_000_320) });
    lines.record({ type: "event", ...openedEvent(command, 501, undefined) });
    const [known, unknown] = written.map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.deepEqual(known, {
      at: 70,
      type: "event",
      id: "1",
      action: "open",
      outcome: "opened",
      reason: null,
      by: "Alice",
      date: 1_700_000_000_320,
      pulseMs: 501,
    });
    assert.equal(unknown?.date, null);
  });

  it("is always one line, without terminal control characters", () => {
    const by = "\u009b2J\n\u2028\x1b[2J\u202e";
    const command = { id: "1", action: "open", by };
    lines.record({ type: "event", ...openedEvent(command, 1, 1) });
    const line = written.join("");
    assert.equal((JSON.parse(line) as { by: string }).by, by);
    assert.match(line, /^[ -~]+\n$/);
  });
});
