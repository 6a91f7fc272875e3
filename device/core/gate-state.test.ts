import assert from "node:assert/strict";
import fc from "fast-check";
import { type GateInputSettings, readGateInput } from "../gate-input-settings.ts";
import { defaultTravelMs, type GateHappening, GateWatch } from "./gate-state.ts";

const pulseMs = 500;

/** A gate's contact on a timeline. `active` is LOW. */
class Timeline {
  readonly watch: GateWatch;
  readonly happenings: GateHappening[] = [];
  now = 0;

  constructor(input: Partial<GateInputSettings>, travelMs = 0) {
    const settings = readGateInput({ pin: 4, shows: "closed", ...input });
    assert.ok(settings !== undefined);
    this.watch = new GateWatch({ input: settings, pulseMs, travelMs });
    this.watch.start(0);
  }

  /** Wakes at each deadline on the way. */
  to(at: number): this {
    for (let wakes = 0; ; wakes++) {
      assert.ok(wakes < 100, "it spins");
      const { deadline } = this.watch;
      if (deadline === undefined || deadline > at) break;
      this.now = Math.max(this.now, deadline);
      this.happenings.push(...this.watch.handleTime(this.now));
    }
    this.now = at;
    return this;
  }

  contact(isActive: boolean): this {
    this.happenings.push(...this.watch.handleLevel(isActive ? 0 : 1, this.now));
    return this;
  }

  pulse(): this {
    this.watch.rose(this.now);
    this.to(this.now + pulseMs);
    this.watch.fell(this.now);
    return this;
  }

  get told(): readonly (readonly [string, number])[] {
    return this.happenings.map(({ name, at }) => [name, at]);
  }

  get state() {
    return this.watch.state;
  }
}

/** Later than any pulse before the start could matter. */
const longAfter = 100_000;

describe("a contact at the closed position", () => {
  const at = (isClosed: boolean, input: Partial<GateInputSettings> = {}, travelMs = 0) =>
    new Timeline({ shows: "closed", ...input }, travelMs).contact(isClosed).to(longAfter);

  it("proves closed and not closed, and nothing before it has been read", () => {
    const gate = new Timeline({});
    assert.equal(gate.state, "unknown");
    assert.equal(gate.contact(true).to(100).state, "closed");
    assert.equal(at(false).state, "not-closed");
    assert.equal(at(false).watch.since, undefined, "nobody saw it");
  });

  it("shows that a pulse opens the gate, but not when it is up", () => {
    const gate = at(true, {}, 9_000).pulse().to(101_000);
    assert.equal(gate.state, "closed");
    gate.contact(false).to(101_100);
    assert.deepEqual([gate.state, gate.watch.since], ["opening", 101_000]);
    assert.equal(gate.watch.isMoving, true);
    assert.equal(gate.to(109_499).state, "opening");
    assert.equal(gate.to(109_500).state, "not-closed");
    assert.equal(gate.watch.isMoving, false);
    gate.to(120_000).contact(true).to(121_000);
    assert.deepEqual([gate.state, gate.watch.since], ["closed", 120_000]);
    assert.deepEqual(gate.told, []);
  });

  it("says not closed at once if nobody knows how long the gate moves", () => {
    const gate = at(true).pulse().contact(false).to(101_000);
    assert.deepEqual([gate.state, gate.watch.isMoving, gate.told], ["not-closed", false, []]);
  });

  it("proves that the gate was opened without the box", () => {
    const gate = at(true).to(150_000).contact(false).to(150_100);
    assert.equal(gate.state, "opened-by-hand");
    assert.deepEqual(gate.told, [["opened-by-hand", 150_000]]);
    assert.equal(gate.contact(true).to(150_300).state, "closed");
  });

  it("blames nobody for what a pulse may have caused", () => {
    const gate = at(true)
      .pulse()
      .to(100_500 + defaultTravelMs);
    assert.deepEqual(gate.contact(false).to(140_000).state, "not-closed");
    assert.deepEqual(
      gate.told.map(([name]) => name),
      ["did-not-open"],
    );
    const early = new Timeline({}).contact(true).to(5_000).contact(false).to(6_000);
    assert.deepEqual(early.told, [], "there may have been a pulse before the start");
  });

  it("blames nobody when the contact bounces from before a pulse until after it", () => {
    const gate = at(true, {}, 9_000).contact(false).to(100_020).contact(true);
    gate.watch.rose(100_040);
    gate.to(100_060).contact(false).to(100_500);
    assert.deepEqual([gate.state, gate.told], ["opening", []]);
  });

  it("moves for its travel time when it was opened without the box", () => {
    const gate = at(true, {}, 9_000).to(150_000).contact(false).to(150_100);
    assert.deepEqual([gate.state, gate.watch.isMoving], ["opened-by-hand", true]);
    assert.equal(gate.to(159_000).watch.isMoving, false);
    assert.equal(gate.state, "opened-by-hand");
  });

  it("proves that a pulse moved nothing", () => {
    for (const [travelMs, end] of [
      [0, 100_500 + defaultTravelMs],
      [9_000, 109_500],
    ] as const) {
      const gate = at(true, {}, travelMs)
        .pulse()
        .to(end - 1);
      assert.deepEqual(gate.told, []);
      assert.deepEqual(gate.to(end).told, [["did-not-open", end]]);
      assert.equal(gate.state, "closed");
    }
  });

  it("waits for a contact that is about to change when the time is over", () => {
    const gate = at(true, {}, 9_000).pulse().to(109_480).contact(false).to(120_000);
    assert.deepEqual([gate.state, gate.told], ["not-closed", []]);
  });

  it("proves nothing about a pulse while the gate is not closed", () => {
    const gate = at(false).pulse().to(200_000);
    assert.deepEqual([gate.state, gate.told], ["not-closed", []]);
  });

  it("shows that a pulse has closed the gate: its movement is over", () => {
    const gate = at(false, {}, 9_000).pulse();
    assert.equal(gate.watch.hasArrived, false);
    gate.to(106_000).contact(true).to(106_050);
    assert.deepEqual([gate.state, gate.watch.hasArrived], ["closed", true]);
    assert.equal(gate.pulse().watch.hasArrived, false, "the next pulse starts again");
  });

  it("tells once that the gate was left open, and again after it was closed", () => {
    const gate = at(true, { leftOpenMs: 60_000 }).to(150_000).pulse().contact(false);
    assert.equal(gate.to(210_499).state, "not-closed");
    assert.equal(gate.to(210_500).state, "left-open");
    assert.equal(gate.watch.since, 150_500);
    gate.to(1_000_000).contact(true).to(1_000_100);
    assert.equal(gate.state, "closed");
    gate.pulse().contact(false).to(2_000_000);
    assert.deepEqual(gate.told, [
      ["left-open", 210_500],
      ["left-open", 1_060_600],
    ]);
  });

  it("counts from the start if the gate was open then", () => {
    const gate = at(false, { leftOpenMs: 600_000 }).to(700_000);
    assert.deepEqual(gate.told, [["left-open", 600_050]]);
    assert.equal(gate.watch.since, undefined);
  });

  it("claims nothing while it bounces, and nothing about a pulse meanwhile", () => {
    const gate = at(true, { leftOpenMs: 1_000 }).to(150_000).pulse();
    for (let isClosed = false; gate.now < 200_000; isClosed = !isClosed) {
      gate.contact(isClosed).to(gate.now + 20);
    }
    assert.equal(gate.state, "unknown");
    gate.to(220_000);
    assert.ok(["closed", "left-open"].includes(gate.state));
    assert.ok(gate.told.every(([name]) => name === "left-open"));
  });
});

describe("a contact at the open position", () => {
  const at = (isOpen: boolean, input: Partial<GateInputSettings> = {}, travelMs = 9_000) =>
    new Timeline({ shows: "open", ...input }, travelMs).contact(isOpen).to(longAfter);

  it("proves open and not open, and never closed", () => {
    assert.equal(at(true).state, "open");
    assert.equal(at(false).state, "not-open");
  });

  it("shows the end of the movement after a pulse, and the start of the closing", () => {
    const gate = at(false).pulse().to(103_000);
    assert.deepEqual([gate.state, gate.watch.hasArrived], ["not-open", false]);
    gate.contact(true).to(103_100);
    assert.deepEqual([gate.state, gate.watch.hasArrived], ["open", true]);
    gate.to(110_000).contact(false).to(110_100);
    assert.deepEqual([gate.state, gate.watch.isMoving], ["closing", true]);
    assert.equal(gate.to(119_000).state, "not-open");
    assert.deepEqual([gate.watch.isMoving, gate.told], [false, []]);
  });

  it("proves that the gate was opened without the box, and that it was left open", () => {
    const gate = at(false, { leftOpenMs: 60_000 }).to(150_000).contact(true).to(151_000);
    assert.equal(gate.state, "opened-by-hand");
    assert.equal(gate.to(300_000).state, "left-open");
    assert.deepEqual(gate.told, [
      ["opened-by-hand", 150_000],
      ["left-open", 210_000],
    ]);
  });

  it("proves that a pulse did not open the gate, unless it was open already", () => {
    assert.deepEqual(at(false).pulse().to(200_000).told, [["did-not-open", 109_500]]);
    assert.deepEqual(at(true).pulse().to(200_000).told, []);
  });
});

describe("a contact that is stuck", () => {
  it("at closed: each pulse did not open", () => {
    const gate = new Timeline({}, 9_000).contact(true).to(longAfter);
    for (let i = 0; i < 3; i++) gate.pulse().to(gate.now + 60_000);
    assert.deepEqual(
      gate.told.map(([name]) => name),
      ["did-not-open", "did-not-open", "did-not-open"],
    );
    assert.equal(gate.state, "closed");
  });

  it("at not closed: left open once, and nothing about pulses", () => {
    const gate = new Timeline({ leftOpenMs: 60_000 }, 9_000).contact(false).to(longAfter);
    for (let i = 0; i < 3; i++) gate.pulse().to(gate.now + 60_000);
    assert.deepEqual(gate.told, [["left-open", 60_050]]);
  });
});

describe("whatever a contact does", () => {
  const step = fc.oneof(
    fc.record({ type: fc.constant("edge"), afterMs: fc.nat(300) }),
    fc.record({ type: fc.constant("edge"), afterMs: fc.nat(60_000) }),
    fc.record({ type: fc.constant("pulse"), afterMs: fc.nat(60_000) }),
  );
  const input = fc.record({
    shows: fc.constantFrom("closed", "open"),
    leftOpenMs: fc.constantFrom(0, 1_000, 60_000),
  });

  it("its state contradicts no level that was stable, and its events are few", () => {
    const cases = fc.tuple(input, fc.constantFrom(0, 9_000), fc.array(step, { maxLength: 60 }));
    fc.assert(
      fc.property(cases, ([given, travelMs, steps]) => {
        const gate = new Timeline(given, travelMs).contact(true);
        let isActive = true;
        let edgeAt = 0;
        let pulses = 0;
        let edges = 0;
        for (const { type, afterMs } of steps) {
          gate.to(gate.now + afterMs);
          const isStable = gate.now - edgeAt >= 50;
          const { state } = gate;
          if (isStable && state !== "unknown" && given.shows === "closed") {
            assert.equal(state === "closed", isActive, state);
          }
          if (isStable && state !== "unknown" && given.shows === "open") {
            assert.equal(["open", "opened-by-hand", "left-open"].includes(state), isActive, state);
          }
          if (type === "pulse") {
            gate.pulse();
            pulses += 1;
            continue;
          }
          isActive = !isActive;
          edgeAt = gate.now;
          edges += 1;
          gate.contact(isActive);
        }
        gate.to(gate.now + 200_000);
        const count = (name: string) => gate.told.filter(([each]) => each === name).length;
        assert.ok(count("did-not-open") <= pulses);
        assert.ok(count("opened-by-hand") <= (edges + 1) / 2);
        assert.ok(count("left-open") <= edges + 1);
        assert.equal(gate.watch.isMoving, false, "every movement ends");
      }),
    );
  });
});
