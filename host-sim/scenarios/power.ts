import type { Scenario } from "./scenario.ts";
import { car } from "./surroundings.ts";

const cuts = Array.from({ length: 26 }, (_, i) => i * 20);

/** What the loss of power, of memory, or of a timer does. */
export const powerScenarios: readonly Scenario[] = [
  {
    name: "power cut at any moment of a pulse, every 20 ms from its edge to its end",
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
        // At the very end the falling edge has been, and its event is under way.
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
    name: "power comes and goes ten times within a minute",
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
    name: "power cut before an event was acknowledged: told after the restart, in order",
    expected: {
      pulses: [500],
      reported: ["opened", "unknown-action", "expired"],
      backWithinMs: 10_000,
    },
    run(trial) {
      const { world } = trial;
      // The box's words reach nobody any more; what is sent to it still does.
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
    name: "heap pressure: no memory for the next connection ends the program, LOW, and it starts again",
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
      trial.expect(world.lastStatus?.resetReason === "software", "the status says why it started");
    },
  },
  {
    name: "heap pressure in the middle of a pulse: LOW before the program ends, told after it has started again",
    settings: { pulseMs: 5_000 },
    expected: { pulses: [1_670], reported: ["opened"], backWithinMs: 20_000 },
    run(trial) {
      const { world } = trial;
      world.open();
      world.run(200);
      // The socket that takes the lost one's place finds no memory.
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
    name: "a pulse whose timer is lost: the cap ends it, and the status counts it",
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
