import type { Scenario } from "./scenario.ts";
import { car } from "./surroundings.ts";

const cuts = Array.from({ length: 26 }, (_, i) => i * 20);

/** Loss of power, of memory, or of a timer. */
export const powerScenarios: readonly Scenario[] = [
  {
    name: "power cut during a pulse, every 20 ms from its start to its end",
    expected: {
      pulses: cuts,
      reported: cuts.map(() => "opened"),
      backWithinMs: 10_000,
    },
    run(trial) {
      const { world } = trial;
      for (const cutMs of cuts) {
        world.open();
        world.timeline.runUntil(() => world.level === 1, 1_000, 1);
        world.run(cutMs);
        // At the very end, the falling edge is over, and its event is in flight.
        world.powerOff();
        trial.expect(world.level === 0, "LOW without power");
        world.run(1_000);
        world.powerOn();
        trial.expect(world.level === 0, "LOW at power-up");
        trial.awaitReturn();
        world.run(10_000);
      }
    },
  },
  {
    name: "ten power cuts within a minute",
    expected: { pulses: [], reported: [], backWithinMs: 10_000 },
    run(trial) {
      const { world } = trial;
      for (let i = 1; i <= 10; i++) {
        world.powerOff();
        world.run(500);
        world.powerOn("brownout");
        world.run(i * 1_000);
      }
      world.powerOff();
      world.powerOn();
      trial.awaitReturn();
    },
  },
  {
    name: "power cut before an event is acknowledged: reported after the restart, in order",
    expected: {
      pulses: [500],
      reported: ["opened", "unknown-action", "expired"],
      backWithinMs: 10_000,
    },
    run(trial) {
      const { world } = trial;
      // The broker receives nothing from the box any more; the box still receives.
      world.surroundings.isReading = false;
      world.open();
      world.run(2_000);
      world.send("close");
      world.open({ issuedAt: world.date - 100_000 });
      world.run(2_000);
      world.powerOff();
      world.surroundings.isReading = true;
      world.run(1_000);
      world.powerOn();
      trial.awaitReturn();
    },
  },
  {
    name: "out of memory at a reconnect: the pin stays LOW, the program restarts",
    expected: { pulses: [500], reported: ["opened"], backWithinMs: 20_000 },
    run(trial) {
      const { world } = trial;
      world.surroundings.freeHeap = 3_000;
      world.open();
      world.run(200);
      world.surroundings.isOutOfMemory = true;
      world.broker.dropAll();
      world.run(30_000);
      trial.expect(world.crashes > 0, "the program ended");
      world.surroundings.isOutOfMemory = false;
      world.surroundings.freeHeap = 140_000;
      trial.awaitReturn();
      trial.expect(
        world.lastStatus?.resetReason === "software",
        "the status gives the reset reason",
      );
    },
  },
  {
    name: "out of memory during a pulse: LOW before the program ends, reported after the restart",
    settings: { pulseMs: 5_000 },
    expected: { pulses: [1_670], reported: ["opened"], backWithinMs: 20_000 },
    run(trial) {
      const { world } = trial;
      world.open();
      world.run(200);
      // The socket that replaces the lost one finds no memory.
      world.reachNetworks([]);
      world.reachNetworks([car]);
      world.surroundings.isOutOfMemory = true;
      world.run(2_000);
      trial.expect(world.crashes === 1, "the program ended");
      world.surroundings.isOutOfMemory = false;
      trial.awaitReturn();
    },
  },
  {
    name: "lost pulse timer: the cap ends the pulse, and the status counts it",
    expected: { pulses: [1_500], reported: ["opened"], backWithinMs: null },
    run(trial) {
      const { world } = trial;
      world.device.losesNextTimerOf(500);
      world.open();
      world.run(5_000);
      trial.expect(world.lastStatus?.capped === 1, "capped once");
    },
  },
];
