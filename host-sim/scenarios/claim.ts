import type { Scenario, Trial } from "./scenario.ts";
import { virtualTemplate } from "./virtual-claims.ts";

const settings = { claim: { template: virtualTemplate } };

/** As it leaves the bench, or as it is with storage erased: with the fleet's certificate alone. */
function powerOnWithoutCertificate({ world }: Trial): void {
  world.powerOff();
  world.storage.delete("certificate");
  world.run(1_000);
  world.powerOn();
}

/** What a box does that left the bench without a certificate of its own. */
export const claimScenarios: readonly Scenario[] = [
  {
    name: "claims a certificate at its first start, and none after a restart",
    settings,
    expected: { pulses: [500], reported: ["opened"], backWithinMs: 20_000 },
    run(trial) {
      const { world } = trial;
      const { claims } = world.broker;
      trial.expect(claims.registrations === 1, "claimed once");
      world.powerOff();
      world.powerOn();
      trial.awaitReturn();
      world.open();
      world.run(5_000);
      trial.expect(claims.certificates === 1, `${claims.certificates} certificates`);
    },
  },
  {
    name: "its claim is rejected for an hour: seldom asked again, no pulse meanwhile",
    settings,
    expected: { pulses: [], reported: [], backWithinMs: 3_600_000 },
    run(trial) {
      const { world } = trial;
      const { claims } = world.broker;
      claims.manner = "rejects";
      const from = claims.connects.length;
      powerOnWithoutCertificate(trial);
      for (let minute = 0; minute < 60; minute++) {
        trial.expect(!world.open(), "nobody hears a command");
        world.run(60_000);
      }
      const asked = claims.connects.slice(from);
      trial.expect(
        asked.length >= 4 && asked.length <= 40,
        `asked ${asked.length} times in an hour`,
      );
      for (const [index, at] of asked.entries()) {
        const gap = at - (asked[index - 1] ?? Number.NEGATIVE_INFINITY);
        trial.expect(gap >= 10_000, `asked again after ${Math.round(gap)} ms`);
      }
      claims.manner = "grants";
      trial.awaitReturn();
    },
  },
  {
    name: "its claim is throttled: the same certificate is offered again",
    settings,
    expected: { pulses: [], reported: [], backWithinMs: 600_000 },
    run(trial) {
      const { world } = trial;
      const { claims } = world.broker;
      claims.manner = "busy";
      powerOnWithoutCertificate(trial);
      world.run(60_000);
      claims.manner = "grants";
      trial.awaitReturn();
      trial.expect(claims.certificates === 2, `${claims.certificates} certificates`);
    },
  },
  {
    name: "its claim is not answered: gives up after 20 s, and asks again later",
    settings,
    expected: { pulses: [], reported: [], backWithinMs: 600_000 },
    run(trial) {
      const { world } = trial;
      const { claims } = world.broker;
      claims.manner = "silent";
      const from = claims.connects.length;
      powerOnWithoutCertificate(trial);
      world.run(60_000);
      const asked = claims.connects.length - from;
      trial.expect(asked >= 2, `asked ${asked} times in a minute`);
      claims.manner = "grants";
      trial.awaitReturn();
    },
  },
  {
    name: "the broker is lost between certificate and thing",
    settings,
    expected: { pulses: [], reported: [], backWithinMs: 600_000 },
    run(trial) {
      const { world } = trial;
      const { claims } = world.broker;
      claims.manner = "drops";
      powerOnWithoutCertificate(trial);
      world.timeline.runUntil(() => claims.certificates === 2, 60_000, 1);
      world.run(1_000);
      claims.manner = "grants";
      trial.awaitReturn();
      trial.expect(claims.registrations === 2, `${claims.registrations} registrations`);
    },
  },
  {
    name: "power cut at any moment of a claim, every 50 ms",
    settings,
    expected: { pulses: [], reported: [], backWithinMs: 60_000 },
    run(trial) {
      const { world } = trial;
      for (let cutMs = 2_000; cutMs <= 3_500; cutMs += 50) {
        powerOnWithoutCertificate(trial);
        world.run(cutMs);
        world.powerOff();
        world.run(1_000);
        world.powerOn();
        trial.awaitReturn();
        world.run(5_000);
      }
    },
  },
  {
    name: "storage keeps no certificate: the box works, and claims anew after a restart",
    settings,
    expected: { pulses: [500], reported: ["opened"], backWithinMs: 60_000 },
    run(trial) {
      const { world } = trial;
      const { claims } = world.broker;
      world.surroundings.isStorageFull = true;
      powerOnWithoutCertificate(trial);
      trial.awaitReturn();
      world.open();
      world.run(5_000);
      world.broker.dropAll();
      trial.awaitReturn();
      trial.expect(claims.registrations === 2, "no other one for another connection");
      world.powerOff();
      world.powerOn();
      trial.awaitReturn();
      trial.expect(claims.registrations === 3, "another one after a restart");
    },
  },
  {
    name: "its own certificate is deactivated for good: claims another, at most one an hour",
    settings,
    expected: { pulses: [500], reported: ["opened"], backWithinMs: 7_200_000 },
    run(trial) {
      const { world } = trial;
      const { claims } = world.broker;
      claims.deactivateAll();
      claims.manner = "rejects";
      world.broker.dropAll();
      world.run(4 * 60 * 60_000);
      const asked = claims.connects.length - 1;
      trial.expect(asked >= 2 && asked <= 4, `asked ${asked} times in four hours`);
      claims.manner = "grants";
      world.run(24 * 60 * 60_000);
      world.powerOff();
      world.powerOn();
      trial.awaitReturn();
      world.open();
      world.run(5_000);
    },
  },
];
