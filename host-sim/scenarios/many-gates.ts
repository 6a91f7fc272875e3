import { parseSettings } from "../../device/config.ts";
import type { Scenario, Trial } from "./scenario.ts";
import { wireGates } from "./site.ts";
import { car } from "./surroundings.ts";

const pulse = 500;
const never = { backWithinMs: null } as const;
const minute = 60_000;
const twoGates = [
  { name: "in", pin: 5 },
  { name: "out", pin: 18 },
] as const;
const fourGates = [...twoGates, { name: "bikes", pin: 19 }, { name: "bin-store", pin: 21 }];
const closedContact = (pin: number) => ({ pin, shows: "closed", leftOpenMs: 60_000 });
const gatesWithContacts = [
  { name: "in", pin: 5, travelMs: 9_000, gateInput: closedContact(4) },
  { name: "out", pin: 18, travelMs: 9_000, gateInput: closedContact(33) },
] as const;

/** Which gates had a pulse, in order of their rising edges. */
function raised(trial: Trial): string {
  const rises = trial.edges.filter(({ value }) => value === 1);
  return rises.map(({ gate }) => gate).join();
}

function expectRaised(trial: Trial, expected: string): void {
  trial.expect(raised(trial) === expected, `the gates ${raised(trial)}, not ${expected}`);
}

/** What the status says about each gate, after the two seconds in which changes make one. */
function expectStates(trial: Trial, expected: string): void {
  const { world } = trial;
  world.run(3_000);
  const told = world.lastStatus?.gates
    ?.map(({ name, gate }) => `${name} ${gate?.state ?? null}`)
    .join();
  trial.expect(told === expected, `the status says ${told}, not ${expected}`);
}

/** Up to four gates at one box: each with its own pin, topics, pauses and contact. */
export const manyGatesScenarios: readonly Scenario[] = [
  {
    name: "two gates: a command opens the gate in its topic, and a plain one the first",
    settings: { gates: twoGates },
    expected: {
      pulses: [pulse, pulse, pulse],
      reported: ["out: opened", "opened", "in: opened"],
      ...never,
    },
    run(trial) {
      const { world } = trial;
      world.open({}, { gate: "out" });
      world.run(minute);
      world.open();
      world.run(minute);
      world.open({}, { gate: "in" });
      world.run(minute);
      expectRaised(trial, "1,0,0");
      expectStates(trial, "in null,out null");
    },
  },
  {
    name: "four gates at the same moment: four pulses, each as long as its own setting",
    settings: {
      gates: fourGates.map((gate, index) => ({ ...gate, pulseMs: 400 + 100 * index })),
    },
    expected: {
      pulses: [400, 500, 600, 700],
      reported: ["opened", "out: opened", "bikes: opened", "bin-store: opened"],
      ...never,
    },
    run(trial) {
      const { world } = trial;
      world.open();
      for (const { name } of fourGates.slice(1)) world.open({}, { gate: name });
      world.run(10_000);
      expectRaised(trial, "0,1,2,3");
    },
  },
  {
    name: "four gates whose pulses end at the same moment",
    settings: { gates: fourGates },
    expected: {
      pulses: [pulse, pulse, pulse, pulse],
      reported: ["in: opened", "out: opened", "bikes: opened", "bin-store: opened"],
      ...never,
    },
    run(trial) {
      const { world } = trial;
      for (const { name } of fourGates) world.open({}, { gate: name });
      world.run(10_000);
      const falls = trial.edges.filter(({ value }) => value === 0).map(({ at }) => at);
      const spreadMs = Math.max(...falls) - Math.min(...falls);
      trial.expect(spreadMs < 1, `the falling edges are ${spreadMs} ms apart`);
    },
  },
  {
    name: "two gates: the pause of one does not hold up the other",
    settings: { gates: twoGates },
    expected: {
      pulses: [pulse, pulse],
      reported: ["in: busy", "in: opened", "out: opened", "in: cooldown", "cooldown"],
      ...never,
    },
    run(trial) {
      const { world } = trial;
      world.open({}, { gate: "in" });
      world.run(100);
      world.open({}, { gate: "in" });
      world.open({}, { gate: "out" });
      world.run(1_000);
      world.open({}, { gate: "in" });
      world.run(100);
      world.open();
      world.run(minute);
      expectRaised(trial, "0,1");
    },
  },
  {
    name: "one command for two gates: the second is a duplicate",
    settings: { gates: twoGates },
    expected: { pulses: [pulse], reported: ["out: duplicate", "in: opened"], ...never },
    run(trial) {
      const { world } = trial;
      world.open({ id: "once" }, { gate: "in" });
      world.open({ id: "once" }, { gate: "out" });
      world.run(minute);
      expectRaised(trial, "0");
    },
  },
  {
    name: "a gate that the box does not have: refused on the box's own topic",
    settings: { gates: twoGates },
    expected: { pulses: [], reported: ["unknown-gate", "malformed"], ...never },
    run(trial) {
      const { world } = trial;
      world.open({}, { gate: "bikes" });
      world.run(1_000);
      world.send("{", { gate: "bikes" });
      // These levels mean something else.
      for (const gate of ["status", "update", "log"]) world.open({}, { gate });
      world.run(minute);
      const [event] = trial.events;
      trial.expect(event?.id === "c-1", `the id ${event?.id}`);
    },
  },
  {
    name: "a gate in the topic, and a box that names none: ignored",
    expected: { pulses: [], reported: [], ...never },
    run(trial) {
      const isHeard = trial.world.open({}, { gate: "in" });
      trial.expect(!isHeard, "nobody is subscribed to it");
      trial.world.run(minute);
    },
  },
  {
    name: "a retained open for one of two gates is refused after each connect",
    settings: { gates: twoGates },
    expected: {
      pulses: [],
      reported: ["out: expired", "out: retained"],
      backWithinMs: 60_000,
    },
    run(trial) {
      const { world } = trial;
      world.open({ issuedAt: 1, expiresAt: 2 }, { gate: "out", retain: true });
      world.run(1_000);
      world.broker.dropAll();
      trial.awaitReturn();
      world.send("", { gate: "out", retain: true });
    },
  },
  {
    name: "power cut in two pulses: both pins fall, and each opening is told once, on its topic",
    settings: { gates: twoGates },
    expected: {
      pulses: [199, 99],
      reported: ["in: opened", "out: opened"],
      backWithinMs: 60_000,
    },
    run(trial) {
      const { world } = trial;
      world.open({}, { gate: "in" });
      world.run(100);
      world.open({}, { gate: "out" });
      world.timeline.runUntil(() => raised(trial) === "0,1", 1_000, 1);
      world.run(99);
      world.powerOff();
      world.run(5_000);
      world.powerOn();
      trial.awaitReturn();
    },
  },
  {
    name: "a restart while one of two gates moves: that one is busy, the other opens",
    settings: { gates: twoGates.map((gate) => ({ ...gate, travelMs: 60_000 })) },
    expected: {
      pulses: [pulse, pulse],
      reported: ["in: opened", "in: busy", "out: opened"],
      backWithinMs: 60_000,
    },
    run(trial) {
      const { world } = trial;
      world.open({}, { gate: "in" });
      world.run(2_000);
      world.powerOff();
      world.run(1_000);
      world.powerOn();
      trial.awaitReturn();
      world.open({}, { gate: "in" });
      world.run(1_000);
      world.open({}, { gate: "out" });
    },
  },
  {
    name: "opened while the box was away: told late, on the gate's topic",
    settings: { gates: twoGates, button: { pin: 25 } },
    expected: { pulses: [pulse], reported: ["in: opened"], backWithinMs: 60_000 },
    run(trial) {
      const { world } = trial;
      world.reachNetworks([]);
      world.run(minute);
      world.button?.become(0);
      world.run(200);
      world.button?.become(1);
      world.run(minute);
      world.reachNetworks([car]);
      trial.awaitReturn();
      const [event] = trial.events;
      trial.expect(event?.by === "button", `by ${event?.by}`);
      trial.expect((event?.delayedMs ?? 0) >= minute, `delayed by ${event?.delayedMs} ms`);
      expectRaised(trial, "0");
    },
  },
  {
    name: "two gates with contacts: each is told on its own topic",
    settings: { gates: gatesWithContacts },
    expected: {
      pulses: [pulse],
      reported: ["out: opened-by-hand", "in: opened", "out: left-open"],
      ...never,
    },
    run(trial) {
      const { world } = trial;
      const [, out] = wireGates(trial);
      expectStates(trial, "in closed,out closed");
      out?.gate.openByHand();
      world.open({}, { gate: "in" });
      expectStates(trial, "in opening,out opened-by-hand");
      world.run(6_000);
      out?.gate.setHeld(true);
      world.run(2 * minute);
      expectStates(trial, "in closed,out left-open");
      out?.gate.setHeld(false);
    },
  },
  {
    name: "the contact of one gate is stuck, and bounces at 10 kHz: the other is not concerned",
    settings: { gates: gatesWithContacts },
    expected: {
      pulses: [pulse, pulse],
      reported: ["in: opened", "out: opened", "in: did-not-open"],
      ...never,
    },
    run(trial) {
      const { world } = trial;
      const [first] = wireGates(trial);
      first?.contact?.stickAt(0);
      world.open({}, { gate: "in" });
      world.run(100);
      world.open({}, { gate: "out" });
      world.run(2 * minute);
      first?.contact?.stickAt(undefined);
      first?.contact?.bounce(1_000);
      expectStates(trial, "in closed,out closed");
      expectRaised(trial, "0,1");
    },
  },
  {
    name: "a bouncing contact does not make the pulse of another gate longer",
    settings: { gates: gatesWithContacts },
    expected: { pulses: [pulse], reported: ["out: opened"], ...never },
    run(trial) {
      const [first] = wireGates(trial);
      first?.contact?.bounce(3_000);
      trial.world.run(1_000);
      trial.world.open({}, { gate: "out" });
      trial.world.run(minute);
    },
  },
  {
    name: "four gates on two pins: the settings are refused, and nothing moves",
    expected: { pulses: [], reported: [], ...never },
    run(trial) {
      const gates = fourGates.map((gate, index) => ({ ...gate, pin: index < 2 ? 5 : 18 }));
      const result = parseSettings({ thingName: "lot-1", endpoint: "broker.test", gates });
      const problems = result.type === "problems" ? result.problems.join() : "none";
      trial.expect(problems.includes("pin 5"), problems);
    },
  },
];
