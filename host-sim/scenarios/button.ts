import { PushButton } from "../site/push-button.ts";
import type { Scenario, Trial } from "./scenario.ts";
import { siteTimeOf, wireGate } from "./site.ts";
import { car } from "./surroundings.ts";

const pulse = 500;
const never = { backWithinMs: null } as const;
const minute = 60_000;
const hour = 60 * minute;
const settings = { button: { pin: 25 } } as const;

/** The button of a scenario that has one. It bounces for three milliseconds whenever it is used. */
function wireButton({ world }: Trial): PushButton {
  const { button: wire } = world;
  if (wire === undefined) throw new Error("the settings of this scenario have no button");
  return new PushButton({ wire, bounceMs: 3, time: siteTimeOf(world) });
}

/** What the events say besides their outcome. */
function expectPresses(trial: Trial, count: number): void {
  const presses = trial.events.filter(({ by }) => by === "button");
  trial.expect(presses.length === count, `${presses.length} events of the button`);
  trial.expect(
    presses.every(({ id, action }) => id === null && action === "open"),
    "no id, and the action open",
  );
}

/** A push button at the box: what it opens, and what it must not. */
export const buttonScenarios: readonly Scenario[] = [
  {
    name: "button pressed: opens through the same gate, and tells so",
    settings,
    expected: { pulses: [pulse], reported: ["opened"], ...never },
    run(trial) {
      const { world } = trial;
      wireButton(trial).press(200);
      world.run(minute);
      expectPresses(trial, 1);
      trial.expect(trial.events[0]?.at !== null, "with its time");
      trial.expect(world.lastStatus?.opened === 1, "the status counts it");
    },
  },
  {
    name: "button stuck: opens once, and commands still open",
    settings,
    expected: { pulses: [pulse, pulse], reported: ["opened", "opened"], ...never },
    run(trial) {
      const { world } = trial;
      wireButton(trial).press(24 * hour);
      world.run(hour);
      world.open();
      world.run(hour);
      expectPresses(trial, 1);
    },
  },
  {
    name: "button pressed while the box starts: does nothing until it is released and pressed again",
    settings,
    expected: { pulses: [pulse], reported: ["opened"], backWithinMs: 10_000 },
    run(trial) {
      const { world } = trial;
      const button = wireButton(trial);
      world.powerOff();
      button.press(minute);
      world.run(1_000);
      world.powerOn();
      trial.awaitReturn();
      world.run(2 * minute);
      trial.expect(trial.events.length === 0, "nothing has opened");
      button.press(200);
      world.run(minute);
      expectPresses(trial, 1);
    },
  },
  {
    name: "button held through three restarts: opens once",
    settings,
    expected: { pulses: [pulse], reported: ["opened"], backWithinMs: 10_000 },
    run(trial) {
      const { world } = trial;
      wireButton(trial).press(hour);
      world.run(minute);
      for (let i = 0; i < 3; i++) {
        world.powerOff();
        world.run(1_000);
        world.powerOn("watchdog");
        trial.awaitReturn();
        world.run(minute);
      }
      expectPresses(trial, 1);
    },
  },
  {
    name: "button bounces at 10 kHz for three seconds, at rest and in a pulse: opens nothing",
    settings,
    expected: { pulses: [pulse], reported: ["opened"], ...never },
    run(trial) {
      const { world } = trial;
      const button = wireButton(trial);
      const before = trial.statuses;
      button.bounce(3_000);
      world.run(minute);
      trial.expect(trial.statuses === before, "nothing to tell");
      button.bounce(3_000);
      world.open();
      world.run(minute);
      expectPresses(trial, 0);
      const { armedTimers } = world.device;
      trial.expect(armedTimers <= 2, `${armedTimers} timers`);
    },
  },
  {
    name: "button pressed during a pulse, in the cooldown and while the gate moves: refused each time",
    settings: { ...settings, travelMs: 9_000 },
    expected: {
      pulses: [pulse, pulse],
      reported: ["busy", "opened", "busy", "opened", "busy"],
      ...never,
    },
    run(trial) {
      const { world } = trial;
      wireGate(trial, { signal: "toggles" });
      const button = wireButton(trial);
      world.open();
      world.run(100);
      button.press(200);
      world.run(1_000);
      button.press(200);
      world.run(minute);
      button.press(200);
      world.run(1_000);
      world.open();
      world.run(minute);
      expectPresses(trial, 3);
    },
  },
  {
    name: "button pressed in the cooldown: refused",
    settings,
    expected: { pulses: [pulse], reported: ["opened", "cooldown"], ...never },
    run(trial) {
      const button = wireButton(trial);
      button.press(200);
      trial.world.run(2_000);
      button.press(200);
    },
  },
  {
    name: "button pressed before the first connection, without a clock: opens, and is told later",
    settings,
    expected: { pulses: [pulse, pulse], reported: ["opened", "opened"], backWithinMs: 120_000 },
    run(trial) {
      const { world } = trial;
      const button = wireButton(trial);
      world.powerOff();
      world.reachNetworks([]);
      world.surroundings.timeServers = "blocked";
      world.powerOn();
      world.run(minute);
      button.press(200);
      world.run(10 * minute);
      button.press(200);
      world.run(minute);
      trial.expect(trial.events.length === 0, "nobody can know yet");
      world.surroundings.timeServers = "answer";
      world.reachNetworks([car]);
      trial.awaitReturn();
      world.run(minute);
      expectPresses(trial, 2);
      trial.expect(
        trial.events.every(({ at }) => at === null),
        "the box did not know the time",
      );
    },
  },
  {
    name: "button pressed while offline, and a power cut in the pulse: told after the restart",
    settings,
    expected: { pulses: [250], reported: ["opened"], backWithinMs: 120_000 },
    run(trial) {
      const { world } = trial;
      const button = wireButton(trial);
      world.surroundings.reach = { type: "fails", reason: "refused", afterMs: 20 };
      world.broker.dropAll();
      world.run(1_000);
      trial.onEdge = (value) => {
        if (value === 1) world.timeline.after(250, () => world.powerOff());
      };
      button.press(100);
      world.run(2_000);
      world.powerOn();
      world.surroundings.reach = { type: "works" };
      trial.awaitReturn();
      expectPresses(trial, 1);
    },
  },
  {
    name: "command that claims to be the button: malformed, and not counted as the button",
    settings,
    expected: { pulses: [], reported: ["malformed"], ...never },
    run(trial) {
      trial.world.open({ by: "button" });
      trial.world.run(minute);
      expectPresses(trial, 0);
    },
  },
  {
    name: "box without a button: its pin is not opened",
    expected: { pulses: [], reported: [], ...never },
    run(trial) {
      trial.expect(trial.world.device.button === undefined, "the pin is not opened");
    },
  },
];
