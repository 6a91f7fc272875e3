import assert from "node:assert/strict";
import fc from "fast-check";
import { type FaultField, faultFields, readField } from "./fault.ts";
import { awaitedNames, parseScript } from "./script.ts";

const parse = (...lines: readonly (string | object)[]) =>
  parseScript(
    lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n"),
  );

function problemsOf(...lines: readonly (string | object)[]): readonly string[] {
  const result = parse(...lines);
  assert.ok(result.type === "problems");
  return result.problems;
}

function valuesOf(field: FaultField): fc.Arbitrary<number | string> {
  switch (field.type) {
    case "address":
      return fc.ipV4();
    case "gate":
      return fc.constantFrom("in", "out-2");
    case "number":
      return fc.integer({ min: field.minimum, max: field.maximum });
  }
}

/** Every fault, with any valid values. */
const faults = fc.constantFrom(...faultFields.keys()).chain((fault) =>
  fc.record(
    {
      fault: fc.constant(fault),
      ...Object.fromEntries(
        Object.entries(faultFields.get(fault) ?? {}).map(([name, field]) => [
          name,
          valuesOf(field),
        ]),
      ),
    },
    { noNullPrototype: true },
  ),
);

describe("parseScript", () => {
  it("reads faults, actions and waits, fills in defaults, and skips empty lines", () => {
    const result = parse(
      { at: 0, fault: "ntp-blocked" },
      "",
      { wait: "connected" },
      { wait: "high", withinMs: 5 },
      { at: 200, fault: "power-cut" },
      { at: 200, fault: "access-point", address: "192.0.2.7" },
      { at: 200, fault: "gate-held", gate: "out" },
      { at: 300, do: "open" },
      { at: 300, do: "open", gate: "out" },
      { at: 300, do: "quit" },
      "\r",
    );
    assert.deepEqual(result, {
      type: "script",
      entries: [
        { type: "fault", at: 0, fault: { fault: "ntp-blocked" } },
        { type: "wait", line: 3, awaited: "connected", withinMs: 60_000 },
        { type: "wait", line: 4, awaited: "high", withinMs: 5 },
        { type: "fault", at: 200, fault: { fault: "power-cut", forMs: 1_000 } },
        {
          type: "fault",
          at: 200,
          fault: { fault: "access-point", address: "192.0.2.7", rssi: -70 },
        },
        { type: "fault", at: 200, fault: { fault: "gate-held", gate: "out" } },
        { type: "do", at: 300, deed: "open" },
        { type: "do", at: 300, deed: "open", gate: "out" },
        { type: "do", at: 300, deed: "quit" },
      ],
    });
  });

  it("reports all problems, one per line, with the line number", () => {
    assert.deepEqual(
      problemsOf(
        { at: 0, fault: "wifi-off" },
        "{at: 1}",
        "[]",
        { at: 0 },
        { at: 0, fault: "wifi-on", do: "open" },
        { at: 0, fault: "constructor" },
        { fault: "wifi-on" },
        { at: 1.5, fault: "wifi-on" },
        { at: 0, fault: "latency", ms: 10_001 },
        { at: 0, fault: "access-point", address: "::1" },
        { at: 0, fault: "wifi-on", colour: "red" },
        `{"at":0,"fault":"wifi-on","__proto__":1}`,
        { at: 0, do: "close" },
        { wait: "gate" },
        { wait: "high", withinMs: 0 },
        { wait: "high", at: 3 },
        { at: 0, fault: "gate-held", gate: "in/out" },
        { at: 0, do: "quit", gate: "out" },
      ),
      [
        "line 2: this is not JSON",
        `line 3: an entry is an object, such as {"at":0,"fault":"wifi-off"}`,
        "line 4: an entry has one of fault, do and wait",
        "line 5: an entry has one of fault, do and wait",
        `line 6: "constructor" is not a fault: ${[...faultFields.keys()].join(", ")}`,
        "line 7: at of wifi-on must be a whole number, 0–86400000, and is missing",
        "line 8: at of wifi-on must be a whole number, 0–86400000: 1.5",
        "line 9: ms of latency must be a whole number, 0–10000: 10001",
        'line 10: address of access-point must be an IPv4 address: "::1"',
        'line 11: "colour" is not a field of wifi-on',
        'line 12: "__proto__" is not a field of wifi-on',
        'line 13: "close" is not a do: open, quit',
        `line 14: "gate" is not a wait: ${awaitedNames.join(", ")}`,
        "line 15: withinMs of wait must be a whole number, 1–86400000: 0",
        'line 16: "at" is not a field of wait',
        'line 17: gate of gate-held must be the name of a gate: "in/out"',
        'line 18: "gate" is not a field of quit',
      ],
    );
  });

  it("refuses a time before the previous line, except after a wait, which restarts the time", () => {
    const [later, earlier] = [
      { at: 5, fault: "wifi-off" },
      { at: 4, fault: "wifi-on" },
    ];
    assert.deepEqual(problemsOf(later, earlier), [
      "line 2: at 4 is before the previous line, at 5",
    ]);
    assert.equal(parse(later, { wait: "backoff" }, earlier).type, "script");
  });

  it("refuses entries after quit, more than 10,000 entries, and an empty script", () => {
    const wait = { wait: "connected" };
    assert.deepEqual(problemsOf({ at: 0, do: "quit" }, wait, wait), [
      "line 2: no entries are allowed after quit",
    ]);
    assert.deepEqual(problemsOf("", " "), ["line 1: no entries"]);
    const many = new Array<object>(10_002).fill(wait);
    assert.deepEqual(problemsOf(...many), ["line 10001: more than 10000 entries"]);
    assert.equal(parse(...many.slice(2)).type, "script");
  });

  it("round-trips every fault", () => {
    fc.assert(
      fc.property(faults, fc.nat(86_400_000), (fault, at) => {
        assert.deepEqual(parse({ at, ...fault }), {
          type: "script",
          entries: [{ type: "fault", at, fault }],
        });
      }),
    );
  });

  it("never throws, and accepts only values within the limits", () => {
    const anything = fc.oneof(
      fc.string(),
      fc.json(),
      fc.record(
        {
          at: fc.oneof(fc.nat(10), fc.anything()),
          fault: fc.oneof(fc.constantFrom(...faultFields.keys()), fc.anything()),
          ms: fc.anything(),
          do: fc.anything(),
          wait: fc.anything(),
        },
        { requiredKeys: [] },
      ),
    );
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 5 }), (lines) => {
        const text = lines
          .map((line) => (typeof line === "string" ? line : JSON.stringify(line)))
          .join("\n");
        const result = parseScript(text);
        if (result.type === "problems") {
          assert.ok(result.problems.length > 0);
          // One line per problem, without terminal control characters.
          for (const problem of result.problems) assert.match(problem, /^line \d+: [^\p{Cc}]+$/u);
          return;
        }
        for (const entry of result.entries) {
          if (entry.type !== "fault") continue;
          const { fault, ...values } = entry.fault;
          const fields = faultFields.get(fault);
          assert.ok(fields);
          assert.deepEqual(Object.keys(values), Object.keys(fields));
          for (const [name, value] of Object.entries(values)) {
            assert.equal(readField(fields[name] ?? assert.fail(), value), value);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
