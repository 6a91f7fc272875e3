import assert from "node:assert/strict";
import fc from "fast-check";
import { MemoryRetained } from "../host-sim/retained-memory.ts";
import { chips } from "./chips/table.ts";
import { CrashMemory, crashMemoryBytes } from "./crash-memory.ts";
import type { Panic, ResetReason } from "./hal.ts";
import { resetReasons } from "./messages/status.ts";

const panic: Panic = {
  reason: null,
  task: "main",
  backtrace: [0x400d_0000],
  code: [],
  elf: "012345678",
};

/** A chip: what it keeps, and the program that runs. */
class Chip {
  readonly memory = new MemoryRetained(crashMemoryBytes);
  panic: Panic | undefined;
  crashes: CrashMemory;

  constructor() {
    this.memory.lose();
    this.crashes = this.start("power-on");
  }

  start(reason: ResetReason, firmware = "1.0.0"): CrashMemory {
    const chip = this;
    this.crashes = new CrashMemory(this.memory, {
      get isFull() {
        return chip.panic !== undefined;
      },
      read: () => chip.panic,
      erase: () => {
        chip.panic = undefined;
      },
    });
    this.crashes.begin(reason, firmware);
    return this.crashes;
  }
}

describe("CrashMemory", () => {
  let chip: Chip;
  beforeEach(() => {
    chip = new Chip();
  });

  it("fits into what each chip reserves", () => {
    for (const { name, retained } of Object.values(chips)) {
      assert.ok(crashMemoryBytes <= retained.bytes, name);
    }
  });

  it("has nothing to tell after power-on", () => {
    assert.equal(chip.crashes.isPending, false);
  });

  it("knows which resets are crashes", () => {
    for (const reason of resetReasons) {
      chip = new Chip();
      chip.start(reason);
      const isCrash = ["software", "panic", "watchdog", "brownout"].includes(reason);
      assert.equal(chip.crashes.isPending, isCrash, reason);
    }
  });

  it("does not count a restart of its own", () => {
    chip.crashes.note("one");
    chip.crashes.restarting();
    chip.start("software");
    assert.equal(chip.crashes.isPending, false);
    chip.crashes.note("two");
    chip.start("watchdog");
    assert.deepEqual(chip.crashes.report().lines, ["one", "two"]);
  });

  it("counts a watchdog on the way to a restart of its own", () => {
    chip.crashes.restarting();
    chip.start("watchdog");
    assert.equal(chip.crashes.cause().resetReason, "watchdog");
  });

  it("tells the first crash, of the firmware that crashed, and how many followed", () => {
    chip.start("power-on", "1.0.0");
    chip.crashes.note("before");
    chip.crashes.abort(
      "unhandled exception",
      Object.assign(new Error("x"), { stack: "Error: x\n at f ()\n at g ()" }),
    );
    chip.start("software", "2.0.0");
    chip.crashes.note("after");
    chip.crashes.abort("memory full", undefined);
    chip.start("software", "2.0.0");
    assert.deepEqual(chip.crashes.report(), {
      firmware: "1.0.0",
      resetReason: "software",
      crashes: 2,
      abort: { why: "unhandled exception", error: "Error: x", stack: ["at f ()", "at g ()"] },
      panic: null,
      lines: ["before"],
    });
  });

  it("is about the running firmware once the crash has been told", () => {
    chip.panic = panic;
    chip.start("panic", "1.0.0");
    assert.deepEqual(chip.crashes.cause().panic, panic);
    chip.crashes.told();
    assert.equal(chip.panic, undefined);
    chip.crashes.note("later");
    chip.start("brownout", "2.0.0");
    const { firmware, resetReason, lines, panic: none } = chip.crashes.report();
    assert.deepEqual([firmware, resetReason, lines, none], ["1.0.0", "brownout", ["later"], null]);
  });

  it("knows the crash before a power cut from the chip's own record", () => {
    chip.panic = panic;
    chip.memory.lose();
    chip.start("power-on");
    assert.deepEqual(chip.crashes.report(), {
      firmware: null,
      resetReason: "power-on",
      crashes: 1,
      abort: null,
      panic,
      lines: [],
    });
  });

  it("writes what matters even if the error cannot be written, because no memory is left", () => {
    const { crashes } = chip;
    const error = {
      toString() {
        throw new Error("the engine does not come back from here");
      },
    };
    assert.throws(() => crashes.abort("memory full", error));
    chip.start("software");
    assert.deepEqual(chip.crashes.cause().abort, { why: "memory full", error: null, stack: [] });
  });

  it("reads whatever is in the memory without an error", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: crashMemoryBytes, maxLength: crashMemoryBytes }),
        fc.constantFrom(...resetReasons),
        (noise, reason) => {
          chip.memory.bytes.set(noise);
          chip.start(reason);
          chip.crashes.report();
          chip.crashes.told();
          chip.crashes.note("later");
          assert.deepEqual(chip.crashes.report().lines, ["later"]);
        },
      ),
    );
  });

  it("tells each crash once, and no restart, whatever happens", () => {
    const step = fc.constantFrom("crash", "abort", "restart", "told", "line");
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        chip = new Chip();
        let untold = 0;
        for (const each of steps) {
          if (each === "crash") chip.start("watchdog");
          if (each === "abort") chip.crashes.abort("fatal", undefined);
          if (each === "abort") chip.start("software");
          if (each === "restart") chip.crashes.restarting();
          if (each === "restart") chip.start("software");
          if (each === "told") chip.crashes.told();
          if (each === "line") chip.crashes.note("a line");
          if (each === "crash" || each === "abort") untold += 1;
          if (each === "told") untold = 0;
          assert.equal(chip.crashes.isPending ? chip.crashes.cause().crashes : 0, untold);
        }
      }),
    );
  });
});
