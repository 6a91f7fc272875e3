import assert from "node:assert/strict";
import fc from "fast-check";
import { type CrashReport, writeCrashReport } from "../../device/messages/crash.ts";
import { readDump } from "./read-dump.ts";

const report: CrashReport = {
  firmware: "0.1.0",
  resetReason: "software",
  crashes: 1,
  abort: { why: "unhandled exception", error: "TypeError: x", stack: ["at f ()"] },
  panic: null,
  lines: ['{"at":1}'],
};

const serial = `{"at":7279,"type":"status","state":"online"}
Guru Meditation Error: Core  0 panic'ed (LoadProhibited). Exception was unhandled.
Core  0 register dump:
PC      : 0x400d9f6c  PS      : 0x00060030

Backtrace: 0x400d9f69:0x3ffc1230 0x400da01c:0x3ffc1250 0x400d0bb2:0x3ffc1270

ELF file SHA256: 0123abcd9

Rebooting...
ets Jul 29 2019 12:21:46`;

describe("a dump that somebody has", () => {
  it("is a message of the topic log, alone or as a tool prints it", () => {
    const text = writeCrashReport(report);
    for (const shown of [
      text,
      `gate/lot-1/log ${text}\n`,
      `one line\ngate/lot-1/log ${text}\nand one`,
    ]) {
      assert.deepEqual(readDump(shown), report);
    }
    assert.deepEqual(readDump(JSON.stringify(report, undefined, 2)), report);
  });

  it("is the last panic that a board printed", () => {
    const again = serial.replace("LoadProhibited", "StoreProhibited");
    const dump = readDump(`${serial}\r\n${again}`);
    assert.deepEqual(dump?.panic, {
      reason: "Core  0 panic'ed (StoreProhibited). Exception was unhandled.",
      task: "",
      backtrace: [0x400d_9f69, 0x400d_a01c, 0x400d_0bb2],
      code: [],
      elf: "0123abcd9",
    });
  });

  it("is an abort() that a board printed", () => {
    const text =
      "abort() was called at PC 0x400d1234 on core 1\n\nBacktrace: 0x40081e5a:0x3ffb5c30\n";
    assert.equal(readDump(text)?.panic?.reason, "abort() was called at PC 0x400d1234 on core 1");
    assert.equal(readDump("Backtrace: 0x40081e5a:0x3ffb5c30")?.panic?.reason, null);
  });

  it("is what a box says at its start, if there is nothing else", () => {
    const { lines: _, ...cause } = report;
    const line = JSON.stringify({ at: 249, type: "crash", ...cause });
    assert.deepEqual(readDump(`boot\n${line}\n`), { ...cause, lines: [] });
  });

  it("is nothing else", () => {
    for (const text of ["", "{}", "hello", '{"lines":[]}', "Backtrace: none"]) {
      assert.equal(readDump(text), undefined);
    }
    fc.assert(fc.property(fc.string(), (text) => void readDump(text)));
  });
});
