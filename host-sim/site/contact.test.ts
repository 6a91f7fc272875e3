import assert from "node:assert/strict";
import sinon from "sinon";
import { BoomGate } from "./boom-gate.ts";
import { Contact, levelOf } from "./contact.ts";

describe("the contact at the gate", () => {
  let time: sinon.SinonFakeTimers;
  let gate: BoomGate;
  let levels: (0 | 1)[];

  beforeEach(() => {
    time = sinon.useFakeTimers();
    gate = new BoomGate({ travelMs: 1_000, holdMs: 5_000 });
    levels = [];
  });

  afterEach(() => time.restore());

  function makeContact(settings: Parameters<typeof levelOf>[0], bounceMs = 0): Contact {
    const wire = { become: (level: 0 | 1) => levels.push(level) };
    const trueLevel = () => levelOf(settings, gate.state);
    const contact = new Contact({ trueLevel, wire, bounceMs });
    gate.onChanged = () => contact.update();
    return contact;
  }

  for (const [active, shows, expected] of [
    ["low", "closed", [0, 1, 0]],
    ["high", "closed", [1, 0, 1]],
    ["low", "open", [1, 0, 1]],
    ["high", "open", [0, 1, 0]],
  ] as const) {
    it(`is ${active} while the gate is ${shows}`, () => {
      makeContact({ active, shows });
      gate.handleSignal();
      time.tick(60_000);
      assert.deepEqual(levels, expected);
    });
  }

  it("stays at a level at which it is stuck, and then shows the truth", () => {
    const contact = makeContact({ active: "low", shows: "closed" });
    contact.stickAt(0);
    gate.handleSignal();
    time.tick(2_000);
    assert.deepEqual(levels, [0]);
    contact.stickAt(undefined);
    assert.deepEqual(levels, [0, 1]);
    contact.stickAt(0);
    assert.deepEqual([levels.at(-1), contact.stuckAt], [0, 0]);
  });

  it("bounces at 10 kHz for as long as it is told, and ends at the true level", () => {
    const contact = makeContact({ active: "low", shows: "closed" });
    contact.bounce(1_000);
    time.tick(500);
    assert.equal(contact.isBouncing, true);
    time.tick(501);
    assert.equal(contact.isBouncing, false);
    assert.ok(levels.length > 20_000 && levels.length < 22_000, `${levels.length} edges`);
    assert.equal(levels.at(-1), 0);
    assert.equal(time.countTimers(), 0);
  });

  it("may bounce at each change", () => {
    makeContact({ active: "low", shows: "closed" }, 5);
    gate.handleSignal();
    time.tick(60_000);
    assert.ok(levels.length > 200, `${levels.length} edges`);
    assert.equal(levels.at(-1), 0);
  });

  it("is silent without power", () => {
    const contact = makeContact({ active: "low", shows: "closed" });
    contact.bounce(1_000);
    contact.powerOff();
    assert.equal(time.countTimers(), 0);
  });
});
