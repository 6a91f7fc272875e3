import type { Scenario } from "./scenario.ts";

const hour = 3_600_000;
const tenYears = 10 * 365 * 24 * hour;

/** Effects of the calendar time on commands, and of an unset clock on the connection. */
export const clockScenarios: readonly Scenario[] = [
  {
    name: "NTP blocked at power-up: no TLS before the clock is set",
    expected: { pulses: [500], reported: ["opened"], backWithinMs: 140_000 },
    run(trial) {
      const { world } = trial;
      world.powerOff();
      world.surroundings.timeServers = "blocked";
      const from = world.broker.connects.length;
      world.powerOn();
      world.run(hour);
      trial.expect(world.broker.connects.length === from, "no CONNECT without the time");
      world.surroundings.timeServers = "answer";
      trial.awaitReturn();
      world.open();
    },
  },
  {
    name: "first answer of a time server ten years ahead: asked again when TLS refuses the certificate",
    expected: { pulses: [500], reported: ["opened"], backWithinMs: 10_000 },
    run(trial) {
      const { world } = trial;
      world.powerOff();
      world.surroundings.timeSkewMs = tenYears;
      world.powerOn();
      world.timeline.runUntil(() => world.device.clock.now().date !== undefined, 10_000);
      world.surroundings.timeSkewMs = 0;
      trial.awaitReturn();
      world.open();
    },
  },
  {
    name: "one time server always ten years behind, the others right: another one is asked",
    expected: { pulses: [500], reported: ["opened"], backWithinMs: 10_000 },
    run(trial) {
      const { world } = trial;
      world.powerOff();
      world.surroundings.timeSkewsMs = { "pool.ntp.org": -tenYears };
      world.powerOn();
      trial.awaitReturn();
      world.open();
      world.run(24 * hour);
      world.broker.dropAll();
      trial.awaitReturn();
    },
  },
  {
    name: "wrong answer of a time server, then NTP blocked for eight hours, then right",
    // Two pauses: after the first, the certificate is refused once more, and the time is asked for.
    expected: { pulses: [500], reported: ["opened"], backWithinMs: 260_000 },
    run(trial) {
      const { world } = trial;
      world.powerOff();
      world.surroundings.timeSkewMs = tenYears;
      world.powerOn();
      world.timeline.runUntil(() => world.device.clock.now().date !== undefined, 10_000);
      world.surroundings.timeServers = "blocked";
      world.surroundings.timeSkewMs = 0;
      world.run(8 * hour);
      world.surroundings.timeServers = "answer";
      trial.awaitReturn();
      world.open();
    },
  },
  {
    name: "broker's certificate expired for a day, clock right: the box keeps trying, and comes back",
    expected: { pulses: [500], reported: ["opened"], backWithinMs: 140_000 },
    run(trial) {
      const { world } = trial;
      const { certificate } = world.surroundings;
      world.surroundings.certificate = { ...certificate, notAfter: world.date - hour };
      world.broker.dropAll();
      world.run(24 * hour);
      world.surroundings.certificate = certificate;
      trial.awaitReturn();
      world.open();
    },
  },
  {
    name: "a wrong answer while connected: a command shows it, and another server is asked",
    expected: {
      pulses: [500],
      reported: ["expired", "opened"],
      backWithinMs: null,
    },
    run(trial) {
      const { world } = trial;
      world.surroundings.timeSkewsMs = { "pool.ntp.org": 2 * hour };
      world.run(7 * hour);
      world.open();
      world.run(5_000);
      world.open();
      trial.expect(world.broker.connects.length === 1, "never reconnected");
    },
  },
  {
    name: "clock unset, then set: commands with a time are refused until then",
    expected: { pulses: [500], reported: ["clock-unset", "opened"], backWithinMs: null },
    run({ world }) {
      world.device.clock.lose();
      world.open();
      world.run(6 * hour + 1_000);
      world.open();
    },
  },
  {
    name: "clock jumps an hour ahead: commands are expired until it is corrected",
    expected: { pulses: [500], reported: ["expired", "opened"], backWithinMs: null },
    run({ world }) {
      world.device.clock.jump(hour);
      world.open();
      world.run(6 * hour + 1_000);
      world.open();
    },
  },
  {
    name: "clock jumps an hour back: commands are from the future until it is corrected",
    expected: { pulses: [500], reported: ["future", "opened"], backWithinMs: null },
    run({ world }) {
      world.device.clock.jump(-hour);
      world.open();
      world.run(6 * hour + 1_000);
      world.open();
    },
  },
  {
    name: "clock jumps during a pulse: the pulse length does not change",
    expected: { pulses: [500], reported: ["opened"], backWithinMs: null },
    run({ world }) {
      world.open();
      world.run(200);
      world.device.clock.jump(-400 * 24 * hour);
      world.run(100);
      world.device.clock.jump(800 * 24 * hour);
    },
  },
  {
    name: "NTP blocked later: a working connection is kept",
    expected: { pulses: [500], reported: ["opened"], backWithinMs: null },
    run(trial) {
      const { world } = trial;
      world.surroundings.timeServers = "blocked";
      world.run(24 * hour);
      trial.expect(world.broker.connects.length === 1, "never reconnected");
      world.open();
    },
  },
  {
    name: "a month without a restart: ticks beyond 31 bits",
    settings: { keepAliveSeconds: 1_200 },
    expected: { pulses: [500], reported: ["opened"], backWithinMs: null },
    run({ world }) {
      world.run(31 * 24 * hour);
      world.open();
    },
  },
];
