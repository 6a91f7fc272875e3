import assert from "node:assert/strict";
import { Ticks } from "./ticks.ts";
import { XsTimer } from "./timer.ts";

/** A counter and timers that only the test advances. */
class Stage {
  ticks = 0;
  readonly armed: { callback: () => void; delayMs: number }[] = [];

  readonly time = {
    ticksOf: () => this.ticks,
    delta: (from: number, to: number) => (to - from) | 0,
  };

  readonly native = {
    set: (callback: () => void, delayMs = 0) => {
      const each = { callback, delayMs };
      this.armed.push(each);
      return each;
    },
    clear: (handle: object | undefined) => {
      for (const each of this.armed.splice(0)) if (each !== handle) this.armed.push(each);
    },
  };

  makeTicks(): Ticks {
    const stage = this;
    return new Ticks({
      get ticks() {
        return stage.ticks;
      },
      delta: this.time.delta,
    });
  }

  fire(): void {
    this.armed.shift()?.callback();
  }
}

describe("ticks", () => {
  it("continue when the counter wraps, and never go back", () => {
    const stage = new Stage();
    stage.ticks = 0x7fff_ffff - 9;
    const ticks = stage.makeTicks();
    stage.ticks = (0x7fff_ffff + 11) | 0;
    assert.ok(stage.ticks < 0);
    assert.equal(ticks.now(), 20);
    stage.ticks -= 15;
    assert.equal(ticks.now(), 20);
    stage.ticks += 5;
    assert.equal(ticks.now(), 25);
  });
});

describe("a timer", () => {
  it("that the platform fires early waits for the rest", () => {
    const stage = new Stage();
    const timer = new XsTimer(stage.native, stage.makeTicks());
    let fired = 0;
    timer.set(() => fired++, 500);
    stage.ticks = 499;
    stage.fire();
    assert.equal(fired, 0);
    assert.equal(stage.armed[0]?.delayMs, 1);
    stage.ticks = 500;
    stage.fire();
    assert.equal(fired, 1);
    assert.equal(stage.armed.length, 0);
  });

  it("longer than a day is armed again each day, so that the counter is read", () => {
    const day = 86_400_000;
    const stage = new Stage();
    const timer = new XsTimer(stage.native, stage.makeTicks());
    let fired = 0;
    timer.set(() => fired++, 40 * day);
    let days = 0;
    while (fired === 0 && days < 100) {
      days += 1;
      stage.ticks = (stage.ticks + day) | 0;
      stage.fire();
    }
    assert.equal(days, 40);
  });

  it("that is cleared while it waits for the rest does not fire", () => {
    const stage = new Stage();
    const timer = new XsTimer(stage.native, stage.makeTicks());
    const handle = timer.set(() => assert.fail(), 10);
    stage.ticks = 9;
    stage.fire();
    timer.clear(handle);
    assert.equal(stage.armed.length, 0);
  });
});
