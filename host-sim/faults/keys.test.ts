import assert from "node:assert/strict";
import { quits } from "../terminal/keyboard.ts";
import { faultFields, readField } from "./fault.ts";
import { type FaultState, noFaults } from "./injector.ts";
import { faultKeys, faultOfKey, gateFaultKeys } from "./keys.ts";

const withContact = (stuckAt: 0 | 1 | undefined, level: 0 | 1 = 0): FaultState => ({
  ...noFaults,
  contact: { stuckAt, level, isBouncing: false },
});

describe("the fault keys", () => {
  it("are unique single letters, none of which opens or quits", () => {
    const keys = [...faultKeys, ...gateFaultKeys].map(({ key }) => key);
    assert.equal(new Set(keys).size, keys.length);
    for (const key of keys) {
      assert.match(key, /^[a-z]$/);
      assert.ok(key !== "o" && !quits(key));
    }
  });

  it("undo the clock's jump at the second press", () => {
    const jump = faultOfKey("c", noFaults);
    assert.deepEqual(jump, { fault: "clock-jump", ms: 3_600_000 });
    assert.deepEqual(faultOfKey("c", { ...noFaults, jumpedMs: 3_600_000 }), {
      fault: "clock-jump",
      ms: -3_600_000,
    });
  });

  it("make faults that are also valid in a script", () => {
    for (const { next } of [...faultKeys, ...gateFaultKeys]) {
      const { fault, ...values } = next(noFaults);
      const fields = faultFields.get(fault) ?? assert.fail(fault);
      const required = Object.entries(fields).filter(([, { type }]) => type !== "gate");
      assert.deepEqual(
        Object.keys(values),
        required.map(([name]) => name),
      );
      for (const [name, value] of Object.entries(values)) {
        assert.equal(readField(fields[name] ?? assert.fail(name), value), value);
      }
    }
  });

  it("do nothing for several at one moment, or another key", () => {
    for (const keys of ["pp", "wifi", "\x1bp", "P", "o", " ", "\r", "q", ""]) {
      assert.equal(faultOfKey(keys, noFaults), undefined);
    }
  });

  it("of the gate do nothing without a contact there", () => {
    for (const { key } of gateFaultKeys) assert.equal(faultOfKey(key, noFaults), undefined);
  });

  it("stick the contact where it is, then at the other level, then free it", () => {
    assert.deepEqual(faultOfKey("s", withContact(undefined, 0)), {
      fault: "contact-stuck",
      level: 0,
    });
    assert.deepEqual(faultOfKey("s", withContact(0)), { fault: "contact-stuck", level: 1 });
    assert.deepEqual(faultOfKey("s", withContact(1)), { fault: "contact-free" });
  });

  const rounds: readonly (readonly [string, Partial<FaultState>, object])[] = [
    ["w", {}, { fault: "wifi-off" }],
    ["w", { isWifiOff: true }, { fault: "wifi-on" }],
    ["a", { isElsewhere: true }, { fault: "access-point", address: "127.0.0.1", rssi: -55 }],
    ["b", { isBrokerDown: true }, { fault: "broker-up" }],
    ["l", { latencyMs: 200 }, { fault: "latency", ms: 2_000 }],
    ["l", { latencyMs: 2_000 }, { fault: "latency", ms: 0 }],
    // a script's value, which no key sets
    ["x", { lossPercent: 7 }, { fault: "loss", percent: 0 }],
    ["k", withContact(undefined), { fault: "gate-held" }],
    ["k", { ...withContact(undefined), isGateHeld: true }, { fault: "gate-released" }],
    ["g", withContact(undefined), { fault: "gate-by-hand" }],
    ["n", { isNtpBlocked: true }, { fault: "ntp-answers" }],
  ];
  for (const [key, state, fault] of rounds) {
    it(`${key} makes ${JSON.stringify(fault)} of ${JSON.stringify(state)}`, () => {
      assert.deepEqual(faultOfKey(key, { ...noFaults, ...state }), fault);
    });
  }
});
