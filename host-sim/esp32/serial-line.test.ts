import assert from "node:assert/strict";
import fc from "fast-check";
import { healthyStatus } from "../../device/messages/status.vectors.ts";
import { toLine } from "../../device/record-line.ts";
import { readSerialLine } from "./serial-line.ts";

describe("a line of an emulated box's serial port", () => {
  it("is a record if the firmware wrote one, and round-trips", () => {
    const records = [
      { type: "connection", state: "tls", reason: null },
      {
        type: "event",
        id: "a-1",
        action: "open",
        outcome: "opened",
        reason: null,
        by: "Ann",
        at: 1_795_722_047_295,
        pulseMs: 500,
      },
      { type: "gate", state: "not-closed", since: null },
      { type: "gate-event", gate: "left-open", at: 1_795_722_047_295 },
      { type: "gate", gateName: "in", state: "closed", since: 1 },
      { type: "gate-event", gateName: "out", gate: "left-open", at: null },
      { type: "status", ...healthyStatus, opened: 1, heap: 189_452 },
      { type: "setup", state: "waiting", detail: "the box is not set up yet" },
      { type: "update", state: "failed", job: "j-1", version: "1.2.3", reason: "hash" },
      { type: "update", state: "trial", job: null, version: null, reason: null },
    ];
    for (const record of records) {
      const line = readSerialLine(JSON.stringify(toLine(record, 2_029)));
      assert.deepEqual(line, { type: "record", at: 2_029, record });
    }
  });

  it("distinguishes a CPU reset, which keeps peripherals, from a chip reset", () => {
    assert.deepEqual(readSerialLine("rst:0x1 (POWERON_RESET),boot:0x12 (SPI_FAST_FLASH_BOOT)"), {
      type: "reset",
      cause: "POWERON_RESET",
      isWholeChip: true,
    });
    assert.deepEqual(readSerialLine("rst:0xc (SW_CPU_RESET),boot:0x12 (SPI_FAST_FLASH_BOOT)"), {
      type: "reset",
      cause: "SW_CPU_RESET",
      isWholeChip: false,
    });
    const watchdog = readSerialLine("rst:0x8 (TG1WDT_SYS_RESET),boot:0x12 (SPI_FAST_FLASH_BOOT)");
    assert.ok(watchdog.type === "reset" && watchdog.isWholeChip);
  });

  it("is text if it is anything else", () => {
    for (const text of [
      "Guru Meditation Error: Core  1 panic'ed (StoreProhibited).",
      '{"at":1,"type":"connection","state":"asleep","reason":null}',
      '{"at":1,"type":"event","outcome":"opened"}',
      '{"at":1,"type":"gate","state":"shut","since":null}',
      '{"at":1,"type":"gate-event","gate":"shut","date":1}',
      '{"at":"1","type":"connection","state":"tls","reason":null}',
      '{"at":1,"type":"setup","state":"asleep","detail":null}',
      '{"at":1,"type":"update","state":"trial","job":5,"version":null,"reason":null}',
      '{"at":1,"type":"update","state":"failed","job":null,"version":null,"reason":"oops"}',
      '{"at":1,"type":"abort","why":"out of memory"}',
      "{",
      "[]",
      "null",
    ]) {
      assert.deepEqual(readSerialLine(text), { type: "text", text });
    }
  });

  it("never throws", () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void readSerialLine(text)));
  });
});
