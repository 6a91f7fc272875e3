import type { Scenario, Trial } from "./scenario.ts";
import { wireGate } from "./site.ts";

const pulse = 500;
const never = { backWithinMs: null } as const;

const wireTogglingGate = (trial: Trial) => wireGate(trial, { signal: "toggles" }).gate;

/** Commands that are late, repeated or damaged. */
export const commandScenarios: readonly Scenario[] = [
  {
    name: "one open",
    expected: { pulses: [pulse], reported: ["opened"], ...never },
    run: ({ world }) => void world.open(),
  },
  {
    name: "retained command: the gate must not open again after a broker restart",
    expected: { pulses: [], reported: ["retained", "retained"], backWithinMs: 10_000 },
    run(trial) {
      const { world } = trial;
      world.powerOff();
      world.send("open", { retain: true });
      world.powerOn();
      world.awaitOnline();
      world.run(5_000);
      world.broker.dropAll();
      trial.awaitReturn();
    },
  },
  {
    name: "queued command: one sent while the box is offline is never delivered",
    expected: { pulses: [], reported: [], backWithinMs: 120_000 },
    run(trial) {
      const { world } = trial;
      world.surroundings.reach = { type: "fails", reason: "refused", afterMs: 20 };
      world.broker.dropAll();
      world.run(60_000);
      trial.expect(!world.open(), "nobody is subscribed");
      world.surroundings.reach = { type: "works" };
      trial.awaitReturn();
    },
  },
  {
    name: "stored command: issued hours ago",
    expected: { pulses: [], reported: ["expired", "expired"], ...never },
    run({ world }) {
      world.open({ issuedAt: world.date - 3 * 3_600_000, expiresAt: world.date + 60_000 });
      world.open({ issuedAt: undefined, expiresAt: world.date - 1 });
    },
  },
  {
    name: "a command from the future",
    expected: { pulses: [], reported: ["future"], ...never },
    run: ({ world }) =>
      void world.open({ issuedAt: world.date + 3_600_000, expiresAt: world.date + 3_610_000 }),
  },
  {
    name: "redelivery: the same id with and without DUP, on the next connection, after a restart",
    expected: {
      pulses: [pulse],
      reported: ["opened", "duplicate", "duplicate", "duplicate", "duplicate"],
      backWithinMs: 20_000,
    },
    run(trial) {
      const { world } = trial;
      const again = { id: "same" };
      world.open(again);
      world.run(30_000);
      world.open(again, { dup: true });
      world.run(1_000);
      world.open(again);
      world.run(30_000);
      world.broker.dropAll();
      world.run(1_000);
      world.awaitOnline();
      world.open(again);
      world.run(5_000);
      world.powerOff();
      world.powerOn();
      trial.awaitReturn();
      world.open(again);
    },
  },
  {
    name: "redelivery of a command without id: only DUP identifies it",
    expected: { pulses: [], reported: ["duplicate"], ...never },
    run: ({ world }) => void world.send("open", { dup: true }),
  },
  {
    name: "redelivery after a restart at which storage came up empty",
    expected: {
      pulses: [pulse, pulse],
      reported: ["opened", "expired", "opened"],
      backWithinMs: 20_000,
    },
    run(trial) {
      const { world } = trial;
      const first = { id: "same", issuedAt: world.date, expiresAt: world.date + 10_000 };
      world.open(first);
      world.run(700);
      world.powerOff();
      world.storage.clear();
      world.powerOn();
      trial.awaitReturn();
      world.open(first);
      world.run(5_000);
      world.open();
    },
  },
  {
    name: "redelivery after a restart at which storage had lost the last writes",
    expected: { pulses: [pulse], reported: ["opened", "expired"], backWithinMs: 20_000 },
    run(trial) {
      const { world } = trial;
      const first = { id: "same", issuedAt: world.date };
      world.surroundings.isStorageFull = true;
      world.open(first);
      world.run(700);
      world.powerOff();
      world.surroundings.isStorageFull = false;
      world.powerOn();
      trial.awaitReturn();
      world.open(first);
    },
  },
  {
    name: "redelivery after forty other commands, none of which may push out its id",
    expected: {
      pulses: [pulse],
      reported: [
        ...["opened", ...Array.from({ length: 20 }, () => ["unknown-action", "expired"]).flat()],
        "duplicate",
      ],
      ...never,
    },
    run({ world }) {
      const first = { id: "same", issuedAt: world.date, expiresAt: world.date + 60_000 };
      world.open(first);
      world.run(5_000);
      for (let i = 0; i < 20; i++) {
        world.open({ action: "close" });
        world.open({ issuedAt: world.date - 120_000 });
        world.run(100);
      }
      world.run(20_000);
      world.open(first);
    },
  },
  {
    name: "a misspelt time: refused, because it would never get old",
    expected: { pulses: [], reported: ["malformed", "malformed"], ...never },
    run({ world }) {
      world.open({ issuedAt: undefined, expiresAt: undefined, issuedat: world.date });
      world.open({ expiresAt: undefined, expires: world.date + 10_000 });
    },
  },
  {
    name: "a retained command is cleared with an empty message: nothing happens, now and later",
    expected: { pulses: [], reported: ["retained"], backWithinMs: 10_000 },
    run(trial) {
      const { world } = trial;
      world.powerOff();
      world.send("open", { retain: true });
      world.powerOn();
      world.awaitOnline();
      world.send("", { retain: true });
      world.send("");
      world.run(5_000);
      world.broker.dropAll();
      trial.awaitReturn();
      trial.expect(world.lastStatus?.refused === 1, "the status counts one refusal");
    },
  },
  {
    name: "double tap: two commands, during the pulse and in the cooldown",
    expected: {
      pulses: [pulse, pulse],
      reported: ["busy", "opened", "cooldown", "opened"],
      ...never,
    },
    run({ world }) {
      world.open();
      world.run(300);
      world.open();
      world.run(1_000);
      world.open();
      world.run(10_000);
      world.open();
    },
  },
  {
    name: "a gate that toggles, travel time not set: a second press stops it halfway",
    expected: { pulses: [pulse, pulse], reported: ["opened", "opened"], ...never },
    run(trial) {
      const { world } = trial;
      const gate = wireTogglingGate(trial);
      world.open();
      world.run(4_000);
      world.open();
      world.run(10_000);
      trial.expect(gate.state === "stopped", `it is ${gate.state}`);
    },
  },
  {
    name: "a gate that toggles, travel time set: a second command is refused until it is up",
    settings: { travelMs: 9_000 },
    expected: {
      pulses: [pulse, pulse],
      reported: ["opened", "busy", "busy", "opened"],
      ...never,
    },
    run(trial) {
      const { world } = trial;
      const gate = wireTogglingGate(trial);
      world.send("open");
      world.run(3_600);
      world.send("open");
      world.run(400);
      world.open();
      world.run(4_500);
      trial.expect(gate.state === "open", `it is ${gate.state}`);
      world.run(1_100);
      world.open();
      world.run(10_000);
      trial.expect(gate.state === "closed", `it is ${gate.state}`);
    },
  },
  {
    name: "a gate that toggles, power cut while it moves: a second command is refused after the restart",
    settings: { travelMs: 9_000 },
    expected: { pulses: [pulse], reported: ["opened", "busy"], backWithinMs: 10_000 },
    run(trial) {
      const { world } = trial;
      const gate = wireTogglingGate(trial);
      world.open();
      world.run(1_000);
      world.powerOff();
      world.powerOn();
      trial.awaitReturn();
      world.open();
      world.run(6_000);
      trial.expect(gate.state === "open", `it is ${gate.state}`);
    },
  },
  {
    name: "malformed, unknown and too large",
    expected: {
      pulses: [],
      reported: ["malformed", "malformed", "unknown-action", "malformed", "too-large", "too-large"],
      ...never,
    },
    run({ world }) {
      world.send("{");
      world.send("open the gate, please");
      world.send("close");
      world.open({ expiresAt: "soon" });
      world.send(`open${" ".repeat(1_100)}`);
      world.send("x".repeat(100_000));
    },
  },
  {
    name: "a thousand packets at once",
    expected: {
      pulses: [pulse],
      // Seventy-two find room, plus the opening; the status counts the others.
      reported: [...Array.from({ length: 72 }, () => "busy"), "opened"],
      ...never,
    },
    run(trial) {
      const { world } = trial;
      for (let i = 0; i < 1_000; i++) world.open();
      world.run(60_000);
      trial.expect(world.lastStatus?.opened === 1, "the status counts one opening");
      trial.expect(world.lastStatus?.refused === 999, "the status counts 999 refusals");
      const told = trial.events.length + (world.lastStatus?.droppedEvents ?? 0);
      trial.expect(told === 1_000, `${told} of 1,000 commands accounted for`);
    },
  },
  {
    name: "event without PUBACK: the event is repeated, the gate opens once",
    expected: { pulses: [pulse], reported: ["opened"], backWithinMs: 60_000 },
    run(trial) {
      const { world } = trial;
      world.broker.manners.withholds = new Set(["puback"]);
      world.open();
      world.run(45_000);
      trial.expect(world.repeats >= 3, "repeated on the same connection");
      world.powerOff();
      world.broker.manners.withholds = new Set();
      world.powerOn();
      trial.awaitReturn();
    },
  },
];
