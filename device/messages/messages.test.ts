import assert from "node:assert/strict";
import fc from "fast-check";
import {
  readCertificateAnswer,
  readCertificateRequest,
  readRejection,
  readThingAnswer,
  readThingRequest,
  writeCertificateAnswer,
  writeCertificateRequest,
  writeRejection,
  writeThingAnswer,
  writeThingRequest,
} from "./claim.ts";
import {
  buttonCommand,
  buttonRequester,
  isRequester,
  maximumCommandBytes,
  maximumWordLength,
  readCommand,
  refusalReasons,
  requesterOf,
  writeOpenCommand,
} from "./command.ts";
import {
  openedEvent,
  readEvent,
  readEventProbe,
  refusedEvent,
  writeEvent,
  writeEventProbe,
} from "./event.ts";
import {
  gateEventNames,
  gateStates,
  readGateEvent,
  readGateStatus,
  writeGateEvent,
} from "./gate.ts";
import { parseJson } from "./json.ts";
import { readStatus, statusFields, writeStatus } from "./status.ts";
import { healthyStatus } from "./status.vectors.ts";
import { readTopic, topicsOf } from "./topics.ts";

const word = fc
  .string({ unit: "binary", minLength: 1, maxLength: maximumWordLength })
  .filter(isRequester);
const id = fc.uuid();
const time = fc.integer({ min: 1, max: 8.64e15 });
const command = fc.record({
  id: fc.option(id),
  action: fc.constantFrom("open", "close", null),
  by: fc.option(word),
});

describe("a message that is written", () => {
  it("is read as the same command", () => {
    fc.assert(
      fc.property(id, time, fc.nat(60_000), word, (id, issuedAt, life, by) => {
        const expiresAt = Math.min(issuedAt + life, 8.64e15);
        const payload = writeOpenCommand({ id, issuedAt, expiresAt, by });
        assert.ok(new TextEncoder().encode(payload).length <= maximumCommandBytes);
        assert.deepEqual(readCommand(payload), {
          command: { id, action: "open", by },
          issuedAt,
          expiresAt,
          problem: undefined,
        });
      }),
    );
  });

  it("is not written when a box would refuse it", () => {
    const good = { id: "c-1", issuedAt: 1, expiresAt: 2, by: "Ann" };
    for (const wrong of [
      { id: "" },
      { id: "two words" },
      { by: "" },
      { by: "x".repeat(maximumWordLength + 1) },
      { by: "a\nb" },
      { issuedAt: 0 },
      { issuedAt: 1.5 },
      { issuedAt: 3 },
      { expiresAt: Number.NaN },
    ]) {
      assert.throws(() => writeOpenCommand({ ...good, ...wrong }), RangeError);
    }
  });

  it("is read as the same event", () => {
    const reason = fc.constantFrom(...refusalReasons);
    const pulse = fc.option(fc.integer({ min: 0, max: 3_600_000 }));
    fc.assert(
      fc.property(command, reason, pulse, time, (command, reason, pulseMs, at) => {
        for (const event of [
          openedEvent(command, pulseMs, at),
          refusedEvent(command, reason, undefined),
        ]) {
          assert.deepEqual(readEvent(parseJson(writeEvent(event))), event);
        }
      }),
    );
  });

  it("is read as the same event of a gate, which is no outcome of a command", () => {
    fc.assert(
      fc.property(fc.constantFrom(...gateEventNames), fc.option(time), (gate, at) => {
        const value = parseJson(writeGateEvent({ gate, at }));
        assert.deepEqual(readGateEvent(value), { gate, at });
        assert.equal(readEvent(value), undefined);
      }),
    );
    const outcome = openedEvent({ id: "c-1", action: "open", by: "Ann" }, 500, 1);
    assert.equal(readGateEvent(parseJson(writeEvent(outcome))), undefined);
  });

  it("is read as the same state of a gate", () => {
    fc.assert(
      fc.property(fc.constantFrom(...gateStates), fc.option(time), (state, since) => {
        const status = { ...healthyStatus, gate: { state, since } };
        assert.deepEqual(readStatus(parseJson(writeStatus(status))), status);
      }),
    );
  });

  it("is read as the same status, and the same will", () => {
    const number = fc.option(fc.integer({ min: -200, max: 100 }));
    fc.assert(
      fc.property(fc.nat(), number, fc.constantFrom("online", "offline"), (count, rssi, state) => {
        const status = { ...healthyStatus, uptimeMs: count, opened: count, rssi, state } as const;
        assert.deepEqual(readStatus(parseJson(writeStatus(status))), status);
      }),
    );
    const will = { state: "offline", firmware: "0.1.0" } as const;
    assert.deepEqual(readStatus(parseJson(writeStatus(will))), will);
    const names = Object.keys(healthyStatus).filter(
      (name) => !["state", "firmware"].includes(name),
    );
    assert.deepEqual(statusFields().sort(), names.sort());
  });

  it("is read as the same claim and its answers", () => {
    assert.equal(readCertificateRequest(writeCertificateRequest("a request")), "a request");
    const answer = { certificatePem: "PEM", certificateOwnershipToken: "token" };
    assert.deepEqual(
      readCertificateAnswer(writeCertificateAnswer({ ...answer, certificateId: "1" })),
      answer,
    );
    const request = { certificateOwnershipToken: "token", thingName: "lot-1" };
    assert.deepEqual(readThingRequest(writeThingRequest(request)), request);
    assert.equal(readThingAnswer(writeThingAnswer("lot-1")), "lot-1");
    const rejection = { statusCode: 429, errorCode: "Throttled", errorMessage: "slow down" };
    assert.deepEqual(readRejection(writeRejection(rejection)), {
      isTemporary: true,
      detail: "429 Throttled slow down",
    });
    assert.equal(
      readRejection(writeRejection({ ...rejection, statusCode: 403 })).isTemporary,
      false,
    );
  });

  it("is recognised as the doctor's probe, and never as an event", () => {
    const probe = parseJson(writeEventProbe("p-1"));
    assert.equal(readEventProbe(probe), "p-1");
    assert.equal(readEvent(probe), undefined);
    assert.equal(readEventProbe(parseJson(writeEvent(openedEvent(unknown, 1, 1)))), undefined);
  });
});

const unknown = { id: null, action: null, by: null };

describe("an untrusted message", () => {
  it("is read without an error", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        readCommand(text);
        const value = parseJson(text);
        readEvent(value);
        readEventProbe(value);
        readGateEvent(value);
        readGateStatus(value);
        readStatus(value);
        readCertificateRequest(text);
        readCertificateAnswer(text);
        readThingRequest(text);
        readThingAnswer(text);
        readRejection(text);
      }),
    );
  });

  it("is not an event when one of its words cannot come from a box", () => {
    const event = openedEvent({ id: "c-1", action: "open", by: "Ann" }, 500, 1);
    for (const wrong of [
      { id: "two words" },
      { id: 7 },
      { by: "x".repeat(maximumWordLength + 1) },
      { action: "a\u0007" },
      { outcome: "perhaps" },
      { reason: "busy" },
      { outcome: "refused", reason: null },
      { at: "now" },
    ]) {
      assert.equal(readEvent({ ...event, ...wrong }), undefined, JSON.stringify(wrong));
    }
  });

  it("is not an event of a gate when its word is unknown or its time is no number", () => {
    for (const wrong of [{}, { gate: "closed" }, { gate: "left-open" }, { gate: 1, at: 1 }]) {
      assert.equal(readGateEvent(wrong), undefined, JSON.stringify(wrong));
    }
    assert.deepEqual(readGateEvent({ gate: "left-open", at: -1 }), { gate: "left-open", at: null });
    for (const wrong of [true, "open", { state: "shut" }, { since: 1 }]) {
      assert.equal(readGateStatus(wrong), null, JSON.stringify(wrong));
    }
  });

  it("has no number that is impossible for its field", () => {
    const base = { state: "online", firmware: "x", uptimeMs: 1 };
    for (const [name, value, read] of [
      ["certificateEndsAt", 9e15, null],
      ["lastOpenedAt", -1, null],
      ["uptimeMs", 1e300, 0],
      ["rssi", 1e9, null],
      ["rssi", -70.4, -70],
      ["heap", -5, null],
      ["opened", -5, 0],
      ["refused", 0.2, 0],
      ["address", "10.0.0.1\u202e", "10.0.0.1"],
    ] as const) {
      const report = readStatus({ ...base, [name]: value });
      assert.ok(report !== undefined && name in report, name);
      assert.equal(Object.entries(report).find(([key]) => key === name)?.[1], read, name);
    }
  });

  it("may lack the fields of newer firmware, but not state and firmware", () => {
    const older = readStatus({ state: "online", firmware: "0.0.1", uptimeMs: 5 });
    assert.deepEqual(older, {
      ...healthyStatus,
      firmware: "0.0.1",
      uptimeMs: 5,
      resetReason: "unknown",
      rssi: null,
      address: null,
      connections: 0,
    });
    assert.equal(readStatus({ state: "asleep", firmware: "0.1.0" }), undefined);
    assert.equal(readStatus({ state: "online" }), undefined);
    assert.equal(readStatus({ state: "online", firmware: "x".repeat(65) }), undefined);
  });
});

describe("a command that claims to be the button at the box", () => {
  it("is malformed, and no event repeats the claim", () => {
    for (const others of [{}, { id: "c-1" }, { id: "c-1", issuedAt: 5, expiresAt: 6 }]) {
      const { command, problem } = readCommand(
        JSON.stringify({ action: "open", by: buttonRequester, ...others }),
      );
      assert.deepEqual([command.by, problem], [null, "malformed"]);
    }
  });

  it("is never written", () => {
    const claim = { id: "c-1", issuedAt: 1, expiresAt: 2, by: buttonRequester };
    assert.throws(() => writeOpenCommand(claim), RangeError);
    assert.equal(requesterOf(" button "), undefined);
    assert.equal(requesterOf("Button"), "Button");
  });

  it("has a name that an event can carry", () => {
    const report = openedEvent(buttonCommand, 500, undefined);
    assert.deepEqual(readEvent(parseJson(writeEvent(report))), report);
    assert.equal(report.by, "button");
  });
});

describe("the name of a requester", () => {
  it("is cut to what a command can carry", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 100 }), (name) => {
        const requester = requesterOf(name);
        assert.ok(requester === undefined || isRequester(requester));
      }),
    );
    assert.equal(requesterOf("  Zoë \u0007Quinn "), "Zoë Quinn");
    assert.equal(requesterOf("\u0000 \n"), undefined);
    assert.equal(requesterOf("x".repeat(70))?.length, maximumWordLength);
    assert.equal(requesterOf(`${"x".repeat(63)}😀`), "x".repeat(63), "no half of a surrogate pair");
  });
});

describe("a topic", () => {
  it("identifies the thing and the kind of message", () => {
    for (const kind of ["command", "event", "status"] as const) {
      const topic = topicsOf("site/gate", "lot-1")[kind];
      assert.deepEqual(readTopic("site/gate", topic), { thingName: "lot-1", kind });
    }
    for (const other of ["gate/lot-1", "gate/lot-1/event/x", "gate/+/event", "yard/lot-1/event"]) {
      assert.equal(readTopic("gate", other), undefined, other);
    }
  });
});
