import assert from "node:assert/strict";
import fc from "fast-check";
import { CommandReader, type CommandVerdict, rememberedIds } from "./command.ts";

const now = 1_800_000_000_000;
const freshness = { commandMaxAgeMs: 60_000, clockSkewMs: 5_000 };

function read(
  payload: unknown,
  { retain = false, dup = false, date = now as number | undefined, reader = fresh() } = {},
): CommandVerdict {
  const text = typeof payload === "string" ? payload : JSON.stringify(payload);
  return reader.read({ text, payloadLength: Buffer.byteLength(text), retain, dup }, date);
}

const fresh = (seen: readonly string[] = []) => new CommandReader(freshness, seen);
const reasonOf = (verdict: CommandVerdict) =>
  verdict.outcome === "refused" ? verdict.reason : undefined;

describe("a command", () => {
  it("is accepted as the plain word, with or without a line break", () => {
    for (const text of ["open", "open\n", " open\r\n"]) {
      assert.deepEqual(read(text), {
        outcome: "accepted",
        command: { id: null, action: "open", by: null },
      });
    }
  });

  it("is accepted as JSON, in full or with its action only", () => {
    const full = { action: "open", id: "a", issuedAt: now, expiresAt: now + 1, by: "Zoë" };
    assert.deepEqual(read(full).command, { id: "a", action: "open", by: "Zoë" });
    assert.equal(read(full).outcome, "accepted");
    assert.equal(read({ action: "open" }).outcome, "accepted");
  });

  it("is refused when retained, whatever its content", () => {
    assert.equal(reasonOf(read("open", { retain: true })), "retained");
    assert.equal(reasonOf(read("noise!", { retain: true })), "retained");
    assert.equal(reasonOf(read({ action: "open", id: "a" }, { retain: true })), "retained");
  });

  it("is refused from the moment it expires, not before", () => {
    assert.equal(reasonOf(read({ action: "open", expiresAt: now + 1 })), undefined);
    assert.equal(reasonOf(read({ action: "open", expiresAt: now })), "expired");
    assert.equal(reasonOf(read({ action: "open", issuedAt: now - 59_999 })), undefined);
    assert.equal(reasonOf(read({ action: "open", issuedAt: now - 60_000 })), "expired");
    const longLived = { action: "open", issuedAt: now - 60_000, expiresAt: now + 60_000 };
    assert.equal(reasonOf(read(longLived)), "expired", "expiresAt does not make it younger");
  });

  it("is refused when it is further in the future than the clock tolerance", () => {
    assert.equal(reasonOf(read({ action: "open", issuedAt: now + 5_000 })), undefined);
    assert.equal(reasonOf(read({ action: "open", issuedAt: now + 5_001 })), "future");
    assert.equal(reasonOf(read({ action: "open", expiresAt: now + 65_000 })), undefined);
    assert.equal(reasonOf(read({ action: "open", expiresAt: now + 65_001 })), "future");
  });

  it("with a time is refused while the clock is unset, without one it is accepted", () => {
    const timed = { action: "open", issuedAt: now };
    const reader = fresh();
    assert.equal(
      reasonOf(
        reader.read(
          { text: JSON.stringify(timed), payloadLength: 40, retain: false, dup: false },
          undefined,
        ),
      ),
      "clock-unset",
    );
    const verdict = reader.read(
      { text: "open", payloadLength: 4, retain: false, dup: false },
      undefined,
    );
    assert.equal(verdict.outcome, "accepted");
  });

  it("is refused when its id is repeated, even if the first was refused", () => {
    const reader = fresh();
    assert.equal(reasonOf(read({ action: "open", id: "a" }, { reader })), undefined);
    assert.equal(reasonOf(read({ action: "open", id: "a" }, { reader })), "duplicate");
    assert.equal(reasonOf(read({ action: "open", id: "b" }, { reader, retain: true })), "retained");
    assert.equal(reasonOf(read({ action: "open", id: "b" }, { reader })), "duplicate");
  });

  it("without an id is refused if DUP is set; with one, the id decides", () => {
    assert.equal(reasonOf(read("open", { dup: true })), "duplicate");
    assert.equal(reasonOf(read({ action: "open", id: "a" }, { dup: true })), undefined);
  });

  it("has its id remembered across a restart, up to a limit", () => {
    const before = fresh();
    for (let i = 0; i <= rememberedIds; i++)
      read({ action: "open", id: `id-${i}` }, { reader: before });
    assert.equal(before.seen.length, rememberedIds);
    const after = fresh(before.seen);
    assert.equal(
      reasonOf(read({ action: "open", id: `id-${rememberedIds}` }, { reader: after })),
      "duplicate",
    );
    assert.equal(reasonOf(read({ action: "open", id: "id-0" }, { reader: after })), undefined);
  });

  it("is refused when longer than 1 KB", () => {
    assert.equal(reasonOf(read(`open${" ".repeat(1020)}`)), undefined);
    assert.equal(reasonOf(read(`open${" ".repeat(1021)}`)), "too-large");
  });

  const malformed: readonly unknown[] = [
    ...["", " ", "{", "open now", "\ufffdopen", "[1]", "0", "open\0"],
    ...[{}, { action: 1 }, { action: "" }, { action: "open", id: "" }, { action: "open", id: 7 }],
    ...[
      { action: "open", id: "x".repeat(65) },
      { action: "open", id: "a b" },
    ],
    ...[
      { action: "open", by: "\u001b[2J" },
      { action: "open", by: null },
    ],
    ...[
      { action: "open", expiresAt: "soon" },
      { action: "open", issuedAt: 1.5 },
    ],
    ...[{ action: "open", issuedAt: now, expiresAt: now - 1 }],
  ];
  for (const payload of malformed) {
    it(`is malformed: ${JSON.stringify(payload).slice(0, 60)}`, () => {
      assert.equal(reasonOf(read(payload)), "malformed");
    });
  }

  it("of another action is unknown, and the report names the action", () => {
    assert.equal(reasonOf(read("close")), "unknown-action");
    assert.equal(reasonOf(read("OPEN")), "unknown-action");
    const verdict = read({ action: "close", id: "a", by: "Bo" });
    assert.equal(reasonOf(verdict), "unknown-action");
    assert.deepEqual(verdict.command, { id: "a", action: "close", by: "Bo" });
  });

  it("never throws, and is accepted only if it requests to open", () => {
    const payload = fc.oneof(
      fc.string({ unit: "binary", maxLength: 80 }),
      fc.json(),
      fc.record(
        {
          action: fc.oneof(fc.constant("open"), fc.jsonValue()),
          id: fc.jsonValue(),
          issuedAt: fc.oneof(fc.integer(), fc.jsonValue()),
          expiresAt: fc.oneof(fc.integer(), fc.jsonValue()),
          by: fc.jsonValue(),
        },
        { requiredKeys: [] },
      ),
    );
    fc.assert(
      fc.property(payload, fc.boolean(), fc.boolean(), (input, retain, dup) => {
        const verdict = read(input, { retain, dup });
        if (verdict.outcome === "refused") return;
        assert.equal(retain, false);
        assert.equal(verdict.command.action, "open");
      }),
      { numRuns: 2_000 },
    );
  });
});
