import assert from "node:assert/strict";
import fc from "fast-check";
import { MemoryFlash } from "../host-sim/hardware/flash.ts";
import { settingsIn } from "./box-contents.ts";
import { BoxData } from "./box-data.ts";
import type { SettingsChange } from "./core/shadow-settings.ts";
import { writeSettings } from "./settings-text.ts";
import { pendingFile, SettingsTrial, trialReasons } from "./settings-trial.ts";

const settings = {
  thingName: "lot-1",
  endpoint: "broker.test",
  networks: [{ SSID: "car park", password: "let me in" }],
};
const change = { pulseMs: 700 };
const minute = 60_000;

class PowerCut extends Error {}

describe("a trial of settings", () => {
  let flash: MemoryFlash;
  let now: number;

  beforeEach(() => {
    flash = MemoryFlash.erased(4 * 4096);
    now = 0;
    const files = ["ca.der", "certificate.der", "private-key.der"].map(
      (name): [string, Uint8Array] => [name, Uint8Array.of(1)],
    );
    new BoxData(flash).write(new Map([["settings.json", writeSettings(settings)], ...files]));
  });

  /** As after a restart. */
  const trial = () => new SettingsTrial(new BoxData(flash), "wifi", () => now);
  const kept = () => settingsIn(new BoxData(flash));
  const hasPending = () => new BoxData(flash).has(pendingFile);
  const judged = (given: SettingsChange, by = trial()) => {
    const verdict = by.judge(given);
    return verdict.type === "refused" ? verdict.reasons : verdict.type;
  };

  it("leaves the settings in force alone until it is confirmed", () => {
    const one = trial();
    assert.ok(one.begin(change));
    assert.deepEqual(one.pending, { ...settings, ...change });
    assert.deepEqual(kept(), settings);
    assert.ok(hasPending());
    assert.ok(one.confirm());
    assert.equal(one.pending, undefined);
    assert.deepEqual(kept(), { ...settings, ...change });
    assert.ok(!hasPending());
  });

  it("is taken back by a restart", () => {
    trial().begin(change);
    const next = trial();
    assert.ok(next.takeBackUnended());
    assert.equal(next.pending, undefined);
    assert.deepEqual(kept(), settings);
    assert.ok(!hasPending());
    assert.ok(!trial().takeBackUnended());
  });

  it("is not begun again with what was taken back, for half an hour", () => {
    const one = trial();
    one.begin(change);
    one.takeBack("not-connected");
    assert.deepEqual(judged(change, one), [trialReasons["not-connected"]]);
    assert.equal(judged({ pulseMs: 800 }, one), "valid");
    now = 30 * minute;
    assert.equal(judged(change, one), "valid");
  });

  it("judges a change by what the box would become", () => {
    assert.equal(judged(change), "valid");
    assert.equal(judged({ pulseMs: 500 }), "in-force", "a default is the same");
    assert.deepEqual(judged({ pulseMs: 6_000 }), [
      "pulseMs must be a whole number, 20–5000 ms: 6000",
    ]);
    assert.deepEqual(judged({ networks: [] }), ["no WiFi network is set"]);
    assert.deepEqual(judged({ timeServers: ["a b"] }), [
      'timeServers must be 1–8 host names: ["a b"]',
    ]);
  });

  it("keeps the password of a network that is named without one", () => {
    const one = trial();
    const networks = [{ SSID: "new", password: "12345678" }, { SSID: "car park" }];
    assert.equal(judged({ networks: [{ SSID: "car park" }] }), "in-force");
    one.begin({ networks });
    assert.deepEqual(one.pending?.networks, [networks[0], settings.networks[0]]);
  });

  it("does not begin when the flash refuses, and says why when it is asked again", () => {
    const one = trial();
    flash.onStep = () => {
      throw new Error("worn out");
    };
    assert.ok(!one.begin(change));
    flash.onStep = undefined;
    assert.equal(one.pending, undefined);
    assert.deepEqual(kept(), settings);
    assert.deepEqual(judged(change, one), [trialReasons["not-kept"]]);
  });

  it("is taken back when the flash does not keep its confirmation", () => {
    const one = trial();
    one.begin(change);
    flash.onStep = () => {
      throw new Error("worn out");
    };
    assert.ok(!one.confirm());
    flash.onStep = undefined;
    assert.equal(one.pending, undefined);
    const next = trial();
    next.takeBackUnended();
    assert.deepEqual(kept(), settings);
  });

  it("leaves the old settings or the confirmed ones, whenever the power is cut", () => {
    const start = flash.bytes.slice();
    let total = 0;
    flash.onStep = (step) => {
      total += step.type === "write" ? step.bytes.length : step.length;
    };
    const whole = trial();
    whole.begin(change);
    whole.confirm();
    fc.assert(
      fc.property(fc.nat(total), fc.boolean(), (cutAt, isConfirmed) => {
        flash.bytes.set(start);
        let left = cutAt;
        flash.onStep = (step) => {
          const length = step.type === "write" ? step.bytes.length : step.length;
          left -= length;
          if (left < 0) throw new PowerCut();
        };
        const one = trial();
        const hasBegun = one.begin(change);
        const isKept = hasBegun && isConfirmed && one.confirm();
        flash.onStep = undefined;
        const next = trial();
        next.takeBackUnended();
        const after = kept();
        assert.ok(!hasPending());
        assert.deepEqual(after, isKept ? { ...settings, ...change } : settings);
        assert.equal(new BoxData(flash).has("private-key.der"), true);
      }),
      { numRuns: 200 },
    );
  });
});
