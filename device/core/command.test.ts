import assert from "node:assert/strict";
import fc from "fast-check";
import { CommandReader, type CommandVerdict, rememberedIds } from "./command.ts";

const now = 1_800_000_000_000;
const freshness = { commandMaxAgeMs: 60_000, clockSkewMs: 5_000 };

function read(
  payload: unknown,
  {
    retain = false,
    dup = false,
    date = now as number | undefined,
    ticks = uptime,
    reader = fresh(),
  } = {},
): CommandVerdict {
  const text = typeof payload === "string" ? payload : JSON.stringify(payload);
  const message = { text, payloadLength: Buffer.byteLength(text), retain, dup };
  return reader.read(message, { ticks, date });
}

/** since the start: an hour */
const uptime = 3_600_000;
const lifeMs = freshness.commandMaxAgeMs + freshness.clockSkewMs;
const fresh = (opened: readonly string[] = []) => new CommandReader(freshness, opened);
/** after a start at which storage was empty, or could not be read */
const forgetful = () => new CommandReader(freshness, undefined);
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
    const reader = fresh();
    const unset = { ticks: uptime, date: undefined };
    const send = (text: string) =>
      reader.read({ text, payloadLength: text.length, retain: false, dup: false }, unset);
    assert.equal(reasonOf(send(JSON.stringify({ action: "open", issuedAt: now }))), "clock-unset");
    const verdict = send("open");
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

  /** Sends it, and if it is accepted, opens. */
  function open(reader: CommandReader, command: object, ticks: number) {
    const verdict = read({ action: "open", ...command }, { reader, ticks, date: now + ticks });
    const { id } = verdict.command;
    if (verdict.outcome === "accepted" && id !== null) reader.noteOpened(id, ticks);
    return reasonOf(verdict) ?? "opened";
  }

  it("that opened is a duplicate for its whole life, whatever else comes", () => {
    const reader = fresh();
    const command = { id: "first", issuedAt: now + 1_000 };
    assert.equal(open(reader, command, 1_000), "opened");
    for (let i = 0; i < 100; i++) {
      const id = `id-${i}`;
      assert.equal(open(reader, { id, action: "close" }, 2_000), "unknown-action");
      assert.equal(open(reader, { id, issuedAt: 1 }, 2_000), "expired");
      assert.equal(open(reader, { id, expiresAt: "soon" }, 2_000), "malformed");
    }
    for (let i = 0; i < 31; i++) {
      assert.equal(open(reader, { id: `more-${i}` }, 3_000 + i), "opened");
    }
    assert.equal(open(reader, command, 60_999), "duplicate");
  });

  it("is refused when the ids of commands that could still come again fill the memory", () => {
    const reader = fresh();
    for (let i = 0; i < rememberedIds; i++) {
      assert.equal(open(reader, { id: `id-${i}` }, i * 10), "opened");
    }
    assert.equal(open(reader, { id: "next" }, lifeMs - 1), "cooldown");
    assert.equal(open(reader, {}, lifeMs - 1), "cooldown", "also without an id");
    assert.equal(open(reader, { id: "another" }, lifeMs), "opened");
    assert.equal(open(reader, { id: "third" }, lifeMs), "cooldown", "one by one");
    assert.equal(open(reader, { id: "id-1" }, lifeMs), "duplicate");
    assert.equal(reader.opened.length, rememberedIds);
  });

  it("that was refused is a duplicate later, as long as few others were refused", () => {
    const reader = fresh();
    assert.equal(open(reader, { id: "early", issuedAt: now + 60_000 }, 1_000), "future");
    for (let i = 1; i < rememberedIds; i++) {
      open(reader, { id: `id-${i}`, issuedAt: now + 60_000 }, 1_000);
    }
    assert.equal(open(reader, { id: "early", issuedAt: now + 60_000 }, 60_000), "duplicate");
  });

  it("has its id remembered across a restart, and leaves room for others", () => {
    const before = fresh();
    for (let i = 0; i < rememberedIds; i++) open(before, { id: `id-${i}` }, i);
    const after = fresh(before.opened);
    assert.equal(open(after, { id: "id-0" }, 1), "duplicate");
    for (let i = 0; i < rememberedIds / 2; i++) {
      assert.equal(open(after, { id: `more-${i}` }, 2 + i), "opened");
    }
    assert.equal(open(after, { id: "id-31" }, 1_000), "duplicate");
    assert.equal(open(after, { id: "last" }, 1_000), "cooldown");
  });

  it("issued before this start is refused, even if storage lost its id", () => {
    for (const reader of [forgetful(), fresh([])]) {
      assert.equal(open(reader, { id: "a", issuedAt: now - 1 }, 0), "expired");
      assert.equal(open(reader, { id: "b", issuedAt: now - 1 }, 30_000), "expired");
      assert.equal(open(reader, { id: "c", issuedAt: now }, 0), "opened");
    }
  });

  it("with only its end is refused if storage lost the ids, and it may be from before this start", () => {
    const expiresAt = now + 59_999;
    assert.equal(open(forgetful(), { id: "a", expiresAt }, 3_000), "expired");
    assert.equal(open(forgetful(), { id: "a", expiresAt: now + 60_000 }, 3_000), "opened");
    assert.equal(open(fresh([]), { id: "a", expiresAt }, 3_000), "opened");
  });

  const step = fc.record({
    number: fc.integer({ min: 0, max: 60 }),
    isTimed: fc.boolean(),
    afterMs: fc.constantFrom(0, 1, 500, 1_500, 60_000),
    action: fc.constantFrom("open", "open", "open", "close"),
  });
  const steps = (size: number) => fc.array(step, { maxLength: size });

  it("never opens twice with one id in its life", () => {
    fc.assert(
      fc.property(steps(150), (each) => {
        const reader = fresh();
        const openedAt = new Map<string, number>();
        const firstAt = new Map<string, number>();
        let ticks = 0;
        for (const { number, isTimed, afterMs, action } of each) {
          ticks += afterMs;
          const id = `${isTimed ? "timed" : "plain"}-${number}`;
          if (!firstAt.has(id)) firstAt.set(id, now + ticks);
          const times = isTimed ? { issuedAt: firstAt.get(id) } : {};
          if (open(reader, { action, id, ...times }, ticks) !== "opened") continue;
          const before = openedAt.get(id);
          if (before !== undefined) assert.ok(!isTimed && ticks >= before + lifeMs, `${id} again`);
          openedAt.set(id, ticks);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("with the time of its issue never opens twice, whenever the box restarts and forgets", () => {
    const restart = fc.constantFrom("keeps", "loses");
    fc.assert(
      fc.property(fc.array(fc.oneof(step, step, restart), { maxLength: 120 }), (each) => {
        let reader = fresh();
        let startedAt = 0;
        let at = 0;
        const issuedAt = new Map<number, number>();
        const opened = new Set<number>();
        for (const next of each) {
          at += 1;
          if (typeof next === "string") {
            reader = next === "keeps" ? fresh(reader.opened) : forgetful();
            startedAt = at;
            continue;
          }
          const { number, afterMs, action } = next;
          at += afterMs;
          if (!issuedAt.has(number)) issuedAt.set(number, now + at);
          const command = { action, id: `id-${number}`, issuedAt: issuedAt.get(number) };
          const verdict = read(command, { reader, ticks: at - startedAt, date: now + at });
          if (verdict.outcome === "refused") continue;
          assert.ok(!opened.has(number), `${number} again`);
          opened.add(number);
          reader.noteOpened(command.id, at - startedAt);
        }
      }),
      { numRuns: 300 },
    );
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
    ...[
      { action: "open", id: "a", issuedat: now },
      { action: "open", id: "a", issued_at: now },
      { action: "open", issuedAt: now, expires: now + 1 },
      { action: "open", "issuedAt ": now },
      { action: "open", Id: "a" },
      { action: "open", id: "a", note: null },
      '{"action":"open","__proto__":{"issuedAt":1}}',
    ],
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
