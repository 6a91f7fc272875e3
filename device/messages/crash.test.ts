import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type CrashReport,
  maximumReportLength,
  readCrashReport,
  writeCrashReport,
} from "./crash.ts";
import { parseJson } from "./json.ts";
import { resetReasons } from "./status.ts";

const word = fc.stringMatching(/^[!-~]{0,40}$/);
const line = fc.stringMatching(/^[!-~]{0,200}$/);
const plain = { noNullPrototype: true } as const;
const report: fc.Arbitrary<CrashReport> = fc.record(
  {
    firmware: fc.option(word),
    resetReason: fc.constantFrom(...resetReasons),
    crashes: fc.integer({ min: 1, max: 65_535 }),
    abort: fc.option(
      fc.record(
        { why: word, error: fc.option(line), stack: fc.array(word, { maxLength: 8 }) },
        plain,
      ),
    ),
    panic: fc.option(
      fc.record(
        {
          reason: fc.option(line),
          task: word,
          backtrace: fc.array(fc.nat(2 ** 32 - 1), { maxLength: 16 }),
          code: fc.array(fc.nat(2 ** 32 - 1), { maxLength: 32 }),
          elf: word,
        },
        plain,
      ),
    ),
    lines: fc.array(line, { maxLength: 100 }),
  },
  plain,
);

describe("the report of a crash", () => {
  it("is read as it was written, except for the oldest lines of one that is too long", () => {
    fc.assert(
      fc.property(report, (written) => {
        const text = writeCrashReport(written);
        assert.ok(text.length <= maximumReportLength, String(text.length));
        const read = readCrashReport(parseJson(text));
        assert.ok(read);
        const { lines } = written;
        const rest = lines.slice(lines.length - read.lines.length);
        assert.deepEqual(read, { ...written, lines: rest });
        const more = lines.slice(lines.length - read.lines.length - 1);
        const isAll = rest.length === lines.length;
        assert.ok(
          isAll || JSON.stringify({ ...written, lines: more }).length >= maximumReportLength,
        );
      }),
    );
  });

  it("is read from anything without an error", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const read = readCrashReport(value);
        if (read !== undefined) assert.ok(read.crashes >= 1);
      }),
    );
  });

  it("has nothing that a terminal would act on", () => {
    const read = readCrashReport({
      resetReason: "panic",
      abort: { why: "\u001b[2Jx", error: "a\nb" },
      panic: { task: "\u202Emain", backtrace: [1, -1, "2", 1.5, 2 ** 32] },
      lines: ["\u0007bell", 7],
    });
    assert.deepEqual(read, {
      firmware: null,
      resetReason: "panic",
      crashes: 1,
      abort: { why: "[2Jx", error: "ab", stack: [] },
      panic: { reason: null, task: "main", backtrace: [1], code: [], elf: "" },
      lines: ["bell"],
    });
  });
});
