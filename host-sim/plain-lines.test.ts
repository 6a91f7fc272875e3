import assert from "node:assert/strict";
import { openedEvent, refusedEvent } from "../device/messages/event.ts";
import { describeRecord } from "./plain-lines.ts";
import type { SimulatedBoxRecord } from "./simulated-box.ts";

const command = { id: "1", action: "open", by: "Alice" };

describe("describeRecord", () => {
  const lines: readonly (readonly [SimulatedBoxRecord, string])[] = [
    [{ type: "connection", state: "tls", reason: null }, "connection  tls"],
    [
      { type: "connection", state: "backoff", reason: "no CONNACK" },
      "connection  backoff (no CONNACK)",
    ],
    [{ type: "pin", pin: 5, value: 1, at: 0 }, "pin 5       HIGH"],
    [{ type: "pin", pin: 48, value: 0, at: 0 }, "pin 48      LOW"],
    [{ type: "claim", outcome: "provisioned" }, "claim       provisioned"],
    [
      {
        type: "claim",
        outcome: "failed",
        who: "person",
        reason: "rejected",
        detail: "403 \x1b[2Jno",
      },
      "claim       failed (person): rejected: 403  [2Jno",
    ],
    [
      { type: "event", ...openedEvent(command, 501, undefined) },
      "event       opened, 501 ms for Alice",
    ],
    [
      { type: "event", ...openedEvent({ ...command, by: null }, 500, 1) },
      "event       opened, 500 ms",
    ],
    [
      { type: "event", ...refusedEvent(command, "cooldown", 1) },
      "event       refused for Alice: the button was pressed a moment ago (cooldown)",
    ],
    [{ type: "shadow", state: "applied", reasons: [] }, "shadow      applied"],
    [
      { type: "shadow", state: "refused", reasons: ["pin cannot be changed from here", "a\x1b"] },
      "shadow      refused: pin cannot be changed from here; a ",
    ],
    [{ type: "input", pin: 4, value: 0, at: 1 }, "input 4     LOW"],
    [{ type: "button", pin: 25, value: 0, at: 1 }, "button 25   LOW"],
    [{ type: "gate", state: "not-closed", since: null }, "gate        not closed"],
    [
      { type: "gate-event", gate: "did-not-open", at: 1 },
      "gate        it did not open after a pulse (did-not-open)",
    ],
    [{ type: "power", state: "off" }, "power       off"],
    [{ type: "fault", fault: "wifi-off" }, "fault       the WiFi is off"],
    [{ type: "fault", fault: "latency", ms: 200 }, "fault       latency 200 ms each way"],
    [
      { type: "fault", fault: "clock-jump", ms: 3_600_000 },
      "fault       the box's clock jumps ahead by 1 h",
    ],
    [
      { type: "fault", fault: "clock-jump", ms: -90_000 },
      "fault       the box's clock jumps back by 1.5 min",
    ],
    [{ type: "fault", fault: "power-cut", forMs: 2_000 }, "fault       the power is cut for 2 s"],
  ];
  for (const [record, line] of lines) {
    it(`prints "${line}"`, () => assert.equal(describeRecord(record), line));
  }

  it("counts what was opened and refused", () => {
    const status: SimulatedBoxRecord = {
      type: "status",
      state: "online",
      firmware: "0.1.0",
      uptimeMs: 1,
      resetReason: "power-on",
      rssi: null,
      address: null,
      heap: null,
      certificateEndsAt: null,
      opened: 3,
      refused: 2,
      lastOpenedAt: null,
      connections: 1,
      protocolErrors: 0,
      capped: 0,
      shortConnections: 0,
      droppedEvents: 0,
      gate: null,
      gates: null,
      update: null,
    };
    assert.equal(describeRecord(status), "status      online, 3 opened, 2 refused");
  });

  it("removes terminal control characters", () => {
    const by = "\x1b]0;owned\x07\nevent       opened\u202e";
    const event = describeRecord({ type: "event", ...openedEvent({ ...command, by }, 1, 1) });
    assert.equal(event, "event       opened, 1 ms for  ]0;owned event       opened ");
    const reason = `no\u009b2J${"!".repeat(1_000)}`;
    const line = describeRecord({ type: "connection", state: "backoff", reason });
    assert.match(line, /^connection {2}backoff \(no 2J!+…\)$/);
    assert.ok(line.length < 200);
  });
});
