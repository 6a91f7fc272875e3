import type { GateState } from "../../device/messages/gate.ts";
import type { Scenario, Trial } from "./scenario.ts";
import { wireGate } from "./site.ts";

const pulse = 500;
const never = { backWithinMs: null } as const;
const minute = 60_000;
const hour = 60 * minute;
/** LOW while the gate is closed, with the chip's pull-up. */
const closedContact = { pin: 4, shows: "closed" } as const;
const openContact = { pin: 4, shows: "open" } as const;

/** After the two seconds in which changes make one status. */
function expectState(trial: Trial, state: GateState | undefined): void {
  const { world } = trial;
  world.run(3_000);
  const told = world.lastStatus?.gate?.state;
  trial.expect(told === state, `${Math.round(world.now)}: the status says ${told}, not ${state}`);
}

/** The contact of a scenario that has one. */
function wireWithContact(trial: Trial, boom: Parameters<typeof wireGate>[1] = {}) {
  const { gate, contact } = wireGate(trial, boom);
  if (contact === undefined) throw new Error("the settings of this scenario have no contact");
  return { gate, contact };
}

/** Few messages and timers, however many edges there were. */
function expectCalm(trial: Trial, statusesBefore: number, mostStatuses: number): void {
  const { world } = trial;
  const statuses = trial.statuses - statusesBefore;
  trial.expect(statuses <= mostStatuses, `${statuses} statuses`);
  const { armedTimers } = world.device;
  trial.expect(armedTimers <= 2, `${armedTimers} timers`);
}

/** What a contact at the gate proves, and what it must not cause. */
export const gateInputScenarios: readonly Scenario[] = [
  {
    name: "gate without a contact: nothing is claimed about where it is",
    expected: { pulses: [pulse], reported: ["opened"], ...never },
    run(trial) {
      const { gate } = wireGate(trial);
      trial.world.open();
      expectState(trial, undefined);
      gate.openByHand();
      trial.world.run(hour);
      expectState(trial, undefined);
    },
  },
  {
    name: "contact at the closed position: opening, not closed, closed again",
    settings: { gateInput: closedContact, travelMs: 9_000 },
    expected: { pulses: [pulse], reported: ["opened"], ...never },
    run(trial) {
      wireWithContact(trial);
      expectState(trial, "closed");
      trial.world.open();
      expectState(trial, "opening");
      trial.world.run(10_000);
      expectState(trial, "not-closed");
      trial.world.run(minute);
      expectState(trial, "closed");
    },
  },
  {
    name: "contact at the open position: the end of the movement is seen, and a command is taken at once",
    settings: { gateInput: openContact, travelMs: 30_000 },
    expected: { pulses: [pulse, pulse], reported: ["busy", "opened", "busy", "opened"], ...never },
    run(trial) {
      const { world } = trial;
      const { gate } = wireWithContact(trial, { signal: "toggles" });
      world.open();
      world.run(100);
      world.open();
      expectState(trial, "not-open");
      world.run(4_000);
      world.open();
      trial.expect(
        world.timeline.runUntil(() => gate.state === "open", 10_000),
        "it opens",
      );
      world.run(100);
      world.open();
      world.run(500);
      trial.expect(gate.state === "closing", `it is ${gate.state}`);
      expectState(trial, "closing");
      world.run(minute);
      expectState(trial, "not-open");
    },
  },
  {
    name: "refused as busy while the contact shows that the gate closes",
    settings: { gateInput: openContact, travelMs: 9_000 },
    expected: { pulses: [pulse, pulse], reported: ["opened", "busy", "opened"], ...never },
    run(trial) {
      const { world } = trial;
      const { gate } = wireWithContact(trial, { signal: "toggles" });
      world.open();
      trial.expect(
        world.timeline.runUntil(() => gate.state === "closing", hour),
        "it closes",
      );
      world.run(1_000);
      world.open();
      world.run(10_000);
      trial.expect(gate.state === "closed", `it is ${gate.state}`);
      world.open();
    },
  },
  {
    name: "opened by hand: told with its time, and refused as busy while the gate moves",
    settings: { gateInput: closedContact, travelMs: 9_000 },
    expected: { pulses: [], reported: ["opened-by-hand", "busy"], ...never },
    run(trial) {
      const { world } = trial;
      const { gate } = wireWithContact(trial, { signal: "toggles" });
      const { date } = world;
      gate.openByHand();
      expectState(trial, "opened-by-hand");
      world.open();
      world.run(minute);
      const [event] = trial.gateEvents;
      trial.expect(Math.abs((event?.at ?? 0) - date) < 50, `at ${event?.at}, not ${date}`);
      const since = world.lastStatus?.gate?.since ?? 0;
      trial.expect(since > date, "closed since later");
      expectState(trial, "closed");
    },
  },
  {
    name: "opened by hand while offline, and a power cut before the broker is back: told after that",
    settings: { gateInput: closedContact },
    expected: {
      pulses: [],
      reported: ["opened-by-hand", "opened-by-hand"],
      backWithinMs: 120_000,
    },
    run(trial) {
      const { world } = trial;
      const { gate } = wireWithContact(trial);
      world.surroundings.reach = { type: "fails", reason: "refused", afterMs: 20 };
      world.broker.dropAll();
      for (let i = 0; i < 2; i++) {
        gate.openByHand();
        world.run(minute);
      }
      world.powerOff();
      world.run(1_000);
      world.powerOn();
      world.run(minute);
      world.surroundings.reach = { type: "works" };
      trial.awaitReturn();
    },
  },
  {
    name: "left open: told once, and again after the gate was closed",
    settings: { gateInput: { ...closedContact, leftOpenMs: 5 * minute } },
    expected: {
      pulses: [pulse, pulse],
      reported: ["opened", "left-open", "opened", "left-open"],
      ...never,
    },
    run(trial) {
      const { world } = trial;
      const { gate } = wireWithContact(trial);
      for (let i = 0; i < 2; i++) {
        world.open();
        world.run(10_000);
        gate.setHeld(true);
        world.run(4 * minute);
        expectState(trial, "not-closed");
        world.run(hour);
        expectState(trial, "left-open");
        gate.setHeld(false);
        world.run(minute);
        expectState(trial, "closed");
      }
    },
  },
  {
    name: "did not open: the gate is blocked",
    settings: { gateInput: closedContact, travelMs: 9_000 },
    expected: {
      pulses: [pulse, pulse],
      reported: ["opened", "did-not-open", "opened"],
      ...never,
    },
    run(trial) {
      const { world } = trial;
      const { gate } = wireWithContact(trial);
      gate.setHeld(true);
      world.open();
      world.run(minute);
      expectState(trial, "closed");
      gate.setHeld(false);
      world.open();
    },
  },
  {
    name: "did not open: told after half a minute if the travel time is not known",
    settings: { gateInput: openContact },
    expected: { pulses: [pulse], reported: ["opened", "did-not-open"], ...never },
    run(trial) {
      wireWithContact(trial).gate.setHeld(true);
      trial.world.open();
      trial.world.run(29_000);
      trial.expect(trial.gateEvents.length === 0, "not before");
    },
  },
  {
    name: "contact bounces at 10 kHz for a second, at rest and in a pulse",
    settings: { gateInput: closedContact, travelMs: 9_000 },
    expected: { pulses: [pulse], reported: ["opened"], ...never },
    run(trial) {
      const { world } = trial;
      const { contact } = wireWithContact(trial);
      const before = trial.statuses;
      contact.bounce(1_000);
      world.run(5_000);
      expectState(trial, "closed");
      expectCalm(trial, before, 0);
      contact.bounce(1_000);
      world.open();
      world.run(minute);
      expectState(trial, "closed");
      expectCalm(trial, before, 5);
    },
  },
  {
    name: "contact bounces for a minute: its state is unknown, and commands still open",
    settings: { gateInput: closedContact, travelMs: 9_000 },
    expected: { pulses: [pulse], reported: ["opened"], ...never },
    run(trial) {
      const { world } = trial;
      const { contact } = wireWithContact(trial);
      const before = trial.statuses;
      for (let ms = 0; ms < minute; ms += 40) world.timeline.after(ms, () => contact.bounce(1));
      world.run(30_000);
      expectState(trial, "unknown");
      world.open();
      world.run(minute);
      expectState(trial, "closed");
      expectCalm(trial, before, 4);
    },
  },
  {
    name: "loose contact, another level every two seconds for half an hour: few events, then none",
    settings: { gateInput: { ...closedContact, leftOpenMs: minute }, travelMs: 9_000 },
    expected: {
      pulses: [pulse],
      reported: [...Array.from({ length: 16 }, () => "opened-by-hand"), "opened"],
      ...never,
    },
    run(trial) {
      const { world } = trial;
      const { contact } = wireWithContact(trial);
      const before = trial.statuses;
      for (let at = 0; at < hour / 2; at += 2_000) {
        world.timeline.after(at, () => contact.stickAt((at / 2_000) % 2 === 0 ? 1 : 0));
      }
      world.run(hour / 2 - 4_000);
      expectState(trial, "unknown");
      expectCalm(trial, before, 40);
      world.open();
      contact.stickAt(undefined);
      world.run(minute);
      expectState(trial, "closed");
    },
  },
  {
    name: "contact stuck at closed: each pulse is told to have opened nothing",
    settings: { gateInput: closedContact, travelMs: 9_000 },
    expected: {
      pulses: [pulse, pulse],
      reported: ["opened", "did-not-open", "opened", "did-not-open"],
      ...never,
    },
    run(trial) {
      const { world } = trial;
      wireWithContact(trial).contact.stickAt(0);
      for (let i = 0; i < 2; i++) {
        world.open();
        world.run(hour);
      }
      expectState(trial, "closed");
    },
  },
  {
    name: "contact stuck at not closed: left open once, and commands still open",
    settings: { gateInput: { ...closedContact, leftOpenMs: minute }, travelMs: 9_000 },
    expected: {
      pulses: [pulse, pulse],
      reported: ["opened-by-hand", "left-open", "opened", "opened"],
      ...never,
    },
    run(trial) {
      const { world } = trial;
      const { contact } = wireWithContact(trial);
      contact.stickAt(1);
      world.run(hour);
      for (let i = 0; i < 2; i++) {
        world.open();
        world.run(hour);
      }
      expectState(trial, "left-open");
    },
  },
  {
    name: "contact wired the wrong way round: it contradicts each pulse, and commands still open",
    settings: { gateInput: { ...closedContact, active: "high", pull: "up" }, travelMs: 9_000 },
    expected: {
      pulses: [pulse, pulse],
      reported: ["opened-by-hand", "opened", "opened-by-hand", "opened", "opened-by-hand"],
      ...never,
    },
    run(trial) {
      const { world } = trial;
      const { gate, contact } = wireWithContact(trial, { holdMs: 5_000 });
      const changed = gate.onChanged;
      gate.onChanged = (state) => {
        changed?.(state);
        contact.stickAt(state === "closed" ? 0 : 1);
      };
      contact.stickAt(0);
      world.run(minute);
      for (let i = 0; i < 2; i++) {
        world.open();
        world.run(hour);
      }
    },
  },
  {
    name: "power cut while the gate moves: nobody is said to have opened it by hand",
    settings: { gateInput: closedContact, travelMs: 9_000 },
    expected: { pulses: [pulse], reported: ["opened"], backWithinMs: 10_000 },
    run(trial) {
      const { world } = trial;
      wireWithContact(trial);
      world.open();
      world.run(1_000);
      world.powerOff();
      world.powerOn();
      trial.awaitReturn();
      expectState(trial, "not-closed");
      trial.expect(world.lastStatus?.gate?.since === null, "the box did not see when it left");
      world.run(minute);
      expectState(trial, "closed");
    },
  },
];
