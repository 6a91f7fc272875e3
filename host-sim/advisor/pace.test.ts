import assert from "node:assert/strict";
import sinon from "sinon";
import { Pace } from "./pace.ts";

describe("Pace", () => {
  let time: sinon.SinonFakeTimers;

  beforeEach(() => {
    time = sinon.useFakeTimers({ now: 1_000_000 });
  });
  afterEach(() => time.restore());

  it("is an ordinary clock with a factor of 1", () => {
    const pace = new Pace(1);
    const fired: number[] = [];
    pace.set(() => fired.push(pace.now()), 500);
    time.tick(499);
    assert.deepEqual(fired, []);
    time.tick(1);
    assert.deepEqual(fired, [500]);
    time.tick(9_500);
    assert.equal(pace.now(), 10_000);
    assert.equal(pace.date(), 1_010_000);
  });

  it("runs fast when idle, but never past its timers", () => {
    const pace = new Pace(100);
    const fired: number[] = [];
    pace.set(() => fired.push(pace.now()), 60_000);
    time.tick(1_000);
    assert.deepEqual(fired, [60_000]);
  });

  it("fires timers in order, each at its own time, even if the process is late", () => {
    const pace = new Pace(100);
    const fired: [string, number][] = [];
    for (const [name, at] of [
      ["third", 20_010],
      ["first", 20_000],
      ["second", 20_005],
    ] as const) {
      pace.set(() => fired.push([name, Math.round(pace.now())]), at);
    }
    time.tick(10_000);
    assert.deepEqual(
      fired.map(([name]) => name),
      ["first", "second", "third"],
    );
    assert.deepEqual(fired.map(([, at]) => at).slice(0, 2), [20_000, 20_005]);
  });

  it("runs at real speed while it is held, and for a while after each event", () => {
    const pace = new Pace(100);
    const release = pace.hold();
    const since = pace.now();
    time.tick(2_000);
    assert.equal(pace.now() - since, 2_000);
    release();
    release();
    time.tick(10);
    assert.equal(pace.now() - since, 2_010);
    time.tick(1_000);
    assert.ok(pace.now() - since > 50_000);
    pace.stir();
    const stirred = pace.now();
    time.tick(10);
    assert.equal(pace.now() - stirred, 10);
  });

  it("handles events from before a delay before it runs fast", () => {
    const pace = new Pace(100);
    setTimeout(() => setImmediate(() => pace.stir()), 24);
    const since = pace.now();
    time.tick(30);
    assert.ok(pace.now() - since < 1_000);
  });

  it("never fires cleared timers, or any timer after stop", () => {
    const pace = new Pace(100);
    const cleared = pace.set(() => assert.fail("cleared"), 10);
    pace.clear(cleared);
    pace.set(() => assert.fail("stopped"), 50);
    pace.stop();
    time.tick(10_000);
  });

  it("continues after a callback that throws", () => {
    const pace = new Pace(1);
    const fired: string[] = [];
    pace.set(() => {
      throw new Error("a bug");
    }, 10);
    pace.set(() => fired.push("next"), 20);
    assert.throws(() => time.tick(10), /a bug/);
    time.tick(10);
    assert.deepEqual(fired, ["next"]);
  });
});
